import { useState } from 'react'
import type { Insight } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { runHref } from '../model/route.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { ReasonDialog, type Reason } from '../parts/reason-dialog.tsx'
import { go } from '../hooks/use-route.ts'
import { CompareDialog } from './compare-dialog.tsx'
import { ResumeDialog } from './resume-dialog.tsx'

/** What is asked for with nothing but a reason. */
type Action = 'cancel' | 'pause' | 'unpause' | 'rerun'

/** `button` opens the window that is called `title`; `sure` is the button there. */
const WORDS: Record<Action, { button: string; title: string; text: string; sure: string }> = {
  cancel: { button: 'Cancel', title: 'Cancel the run', text: 'Nothing more starts, and what runs is ended. A cancelled run can be resumed.', sure: 'Cancel the run' },
  pause: { button: 'Pause', title: 'Pause the run', text: 'What runs now ends as it would; nothing more starts until somebody lets the run go on.', sure: 'Pause' },
  unpause: { button: 'Go on', title: 'Let the run go on', text: 'Steps start again.', sure: 'Go on' },
  rerun: { button: 'Run again', title: 'Run the same again', text: 'A new run with the same plan, parameters and seed.', sure: 'Run again' },
}

/** Each resolves with the run to look at next. */
const ASK: Record<Action, (request: { params: { run_id: string }; body: Reason }) => Promise<string>> = {
  cancel: async (request) => (await service.call('POST /runs/{run_id}/cancel', request)).body.run_id,
  pause: async (request) => (await service.call('POST /runs/{run_id}/pause', request)).body.run_id,
  unpause: async (request) => (await service.call('POST /runs/{run_id}/unpause', request)).body.run_id,
  rerun: async (request) => (await service.call('POST /runs/{run_id}/rerun', request)).body.run_id,
}

/** What an operator may do with a run as it is, each with a reason, which is recorded. */
export function RunActions({ picture, onChange }: { picture: RunPicture; onChange: () => void }) {
  const [asked, setAsked] = useState<Action | 'resume' | 'compare'>()
  const { insight } = picture
  const done = (): void => setAsked(undefined)
  const { run_id: runId } = insight
  const act = async (action: Action, body: Reason): Promise<void> => {
    const acted = await ASK[action]({ params: { run_id: runId }, body })
    done()
    if (acted === runId) onChange()
    else go(runHref(acted))
  }
  return (
    <div className="tools actions" role="group" aria-label="What to do with the run">
      {actionsOf(insight).map((action) => (
        <button key={action} type="button" className={action === 'cancel' ? 'danger' : ''} onClick={() => setAsked(action)}>
          {action === 'resume' ? resumeWord(insight) : WORDS[action].button}
        </button>
      ))}
      <button type="button" onClick={() => setAsked('compare')}>
        Compare
      </button>
      {asked === 'compare' && <CompareDialog insight={insight} onClose={done} />}
      {asked === 'resume' && (
        <ResumeDialog
          picture={picture}
          onClose={done}
          onDone={() => {
            done()
            onChange()
          }}
        />
      )}
      {asked !== undefined && asked !== 'compare' && asked !== 'resume' && (
        <ReasonDialog title={WORDS[asked].title} text={WORDS[asked].text} button={WORDS[asked].sure} danger={asked === 'cancel'} onClose={done} onSubmit={(body) => act(asked, body)} />
      )}
    </div>
  )
}

function resumeWord({ status }: Insight): string {
  return status === 'completed' ? 'Run a part again' : 'Resume'
}

function actionsOf({ status, paused, abandoned }: Insight): (Action | 'resume')[] {
  if (status !== 'running') return ['resume', 'rerun']
  if (abandoned) return paused === null ? ['resume', 'cancel'] : ['unpause', 'cancel']
  return [paused === null ? 'pause' : 'unpause', 'cancel']
}
