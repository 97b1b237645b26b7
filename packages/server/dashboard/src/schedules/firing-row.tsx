import type { Schedule } from '../api/answers.ts'
import { timestamp } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import { Words } from '../parts/words.tsx'

type Firing = Schedule['firings'][number]

const STATES: Record<Firing['state'], readonly [words: string, colour: string]> = {
  claimed: ['begins', 'running'],
  queued: ['waits for the run before it', 'waiting'],
  started: ['started', 'completed'],
  skipped: ['skipped', 'skipped'],
  failed: ['could not be started', 'failed'],
}

/** What became of a time of a schedule, which is told in its zone. */
export function FiringRow({ firing: { at, state, run_id: runId, reason, missed }, timezone }: { firing: Firing; timezone: string }) {
  const [words, colour] = STATES[state]
  return (
    <tr>
      <td className="num">{timestamp(at, timezone)}</td>
      <td>
        <b className={colour}>{words}</b>
        {missed && <span className="dim small"> when the service was there again</span>}
        {reason !== null && (
          <span className="dim small">
            {' '}
            <Words text={reason} />
          </span>
        )}
      </td>
      <td>{state === 'started' ? <a href={runHref(runId)}>{runId}</a> : <span className="dim">none</span>}</td>
    </tr>
  )
}
