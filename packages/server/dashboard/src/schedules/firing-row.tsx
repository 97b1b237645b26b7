import type { Schedule } from '../api/answers.ts'
import { timestamp } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import { StatusText } from '../parts/status.tsx'
import { Words } from '../parts/words.tsx'

type Firing = Schedule['firings'][number]

const STATES: Record<Firing['state'], readonly [words: string, colour: string]> = {
  claimed: ['begins', 'running'],
  queued: ['waits for the run before it', 'waiting'],
  started: ['started', ''],
  skipped: ['skipped', 'skipped'],
  failed: ['could not be started', 'failed'],
}

/** What became of a time of a schedule, which is told in its zone. */
export function FiringRow({ firing: { at, state, run_id: runId, run_status: status, reason, missed }, timezone }: { firing: Firing; timezone: string }) {
  const [words, colour] = STATES[state]
  return (
    <tr>
      <td className="time">{timestamp(at, timezone)}</td>
      <td>
        {status === null ? <b className={colour}>{words}</b> : <StatusText status={status} />}
        {missed && <span className="dim small"> when the service was there again</span>}
        {reason !== null && (
          <span className="dim small">
            {' '}
            <Words text={reason} />
          </span>
        )}
      </td>
      <td>{status === null ? <span className="dim">{state === 'started' ? `${runId}, not kept any more` : 'none'}</span> : <a href={runHref(runId)}>{runId}</a>}</td>
    </tr>
  )
}
