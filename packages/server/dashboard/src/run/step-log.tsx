import { useLogs } from '../logs/use-logs.ts'
import { runHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'

interface StepLogProps {
  runId: string
  step: string
  /** How many there were. */
  attempts: number
  going: boolean
}

const LINES = 60

/** What the last attempt at a step printed last. */
export function StepLog({ runId, step, attempts, going }: StepLogProps) {
  const { lines, count, open, error } = useLogs({ runId, step, attempt: attempts, follow: going })
  const own = lines.filter((line) => line.step === step)
  const last = own.slice(-LINES)
  return (
    <>
      <h3>Log{attempts > 1 && ` of attempt ${attempts}`}</h3>
      {error !== undefined && <Notice error={error} />}
      {count === 0 && !open && error === undefined && <p className="dim small">It printed nothing.</p>}
      {last.length > 0 && <pre tabIndex={0}>{last.map(({ text }) => text).join('\n')}</pre>}
      {(own.length > LINES || attempts > 1) && (
        <p className="small">
          <a href={runHref(runId, 'logs', { of: step, step })}>All that it printed</a>
        </p>
      )}
    </>
  )
}
