import { useMemo, useState } from 'react'
import { service } from '../api/service.ts'
import { enteredOf, valuesOf } from '../model/form-values.ts'
import { resumeFields } from '../model/resume-fields.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { ReasonDialog, type Reason } from '../parts/reason-dialog.tsx'
import { SchemaFields } from '../start/schema-fields.tsx'

interface ResumeDialogProps {
  picture: RunPicture
  onClose: () => void
  /** It goes on. */
  onDone: () => void
}

/** Has a run go on, mended where somebody says how: all of it with one reason. */
export function ResumeDialog({ picture: { insight, lines }, onClose, onDone }: ResumeDialogProps) {
  const { run_id: runId, status } = insight
  // As it was when the window was opened: a choice does not vanish under the hand.
  const [fields] = useState(() => resumeFields(status, lines))
  const [changed, setChanged] = useState<Readonly<Record<string, string | boolean>>>({})
  const [tried, setTried] = useState(false)
  const entered = { ...useMemo(() => enteredOf(fields), [fields]), ...changed }
  const hasCompleted = status === 'completed'
  const { body, problems: found } = valuesOf(fields, entered)
  const { from } = body
  const isNothing = hasCompleted && !(Array.isArray(from) && from.length > 0)
  const problems = { ...found, ...(isNothing && { '/from': 'Name at least one step.' }) }
  const submit = async (reason: Reason): Promise<void> => {
    setTried(true)
    if (Object.keys(problems).length > 0) return
    await service.call('POST /runs/{run_id}/resume', { params: { run_id: runId }, body: { ...reason, ...body } })
    onDone()
  }
  const mending = <SchemaFields fields={fields} entered={entered} problems={tried ? problems : {}} onEnter={(at, value) => setChanged({ ...changed, [at]: value })} />
  return (
    <ReasonDialog
      title={hasCompleted ? 'Run a part again' : 'Resume the run'}
      text={hasCompleted ? 'All other steps keep their results.' : 'Steps that completed are kept; all others run again.'}
      button={hasCompleted ? 'Run it again' : 'Resume'}
      onClose={onClose}
      onSubmit={submit}
    >
      {hasCompleted ? (
        mending
      ) : (
        <details>
          <summary>Mend it first</summary>
          {mending}
        </details>
      )}
    </ReasonDialog>
  )
}
