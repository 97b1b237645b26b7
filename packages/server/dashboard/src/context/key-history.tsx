import type { KeyState, Write } from '../model/context-points.ts'
import { firstDifference } from '../model/first-difference.ts'
import { duration } from '../model/quantity.ts'
import { Dialog } from '../parts/dialog.tsx'
import { StepLink } from '../parts/step-link.tsx'
import { ContextValue } from './context-value.tsx'
import { useWritten } from './use-written.ts'

interface KeyDialogProps {
  runId: string
  state: KeyState
  onClose: () => void
}

/** A key's value, who wrote it, and what it held before. */
export function KeyDialog({ runId, state: { key, versions }, onClose }: KeyDialogProps) {
  const [last, ...older] = versions
  return (
    <Dialog title={key} wide onClose={onClose}>
      <p className="dim small">
        written by <Blame write={last!} />
      </p>
      <ContextValue runId={runId} name={key} seq={last!.seq} />
      {older.length > 0 && (
        <>
          <h3>Before that</h3>
          <ol className="history">
            {older.map((write, i) => (
              <li key={write.seq}>
                <p className="small">
                  <Blame write={write} />: <Change runId={runId} name={key} from={write.seq} to={versions[i]!.seq} />
                </p>
                <details>
                  <summary>what it was then</summary>
                  <ContextValue runId={runId} name={key} seq={write.seq} />
                </details>
              </li>
            ))}
          </ol>
        </>
      )}
    </Dialog>
  )
}

function Blame({ write: { step, who, attempt, at } }: { write: Write }) {
  return (
    <>
      {step === null ? who : <StepLink step={step} />}
      {attempt !== null && attempt > 1 && `, attempt ${attempt}`}, {duration(at)} into the run
    </>
  )
}

/** What was changed next. */
function Change({ runId, name, from, to }: { runId: string; name: string; from: number; to: number }) {
  const before = useWritten(runId, from, name)
  const after = useWritten(runId, to, name)
  if (before.data === undefined || after.data === undefined) return null
  const found = firstDifference(before.data.value, after.data.value)
  if (found === undefined) return <>the same was written again</>
  const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60))
  return (
    <>
      then <code>{found.path}</code> went from <code>{text(found.a)}</code> to <code>{text(found.b)}</code>
    </>
  )
}
