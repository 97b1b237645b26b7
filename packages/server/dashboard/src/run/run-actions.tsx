import { useState } from 'react'
import type { Insight } from '../api/answers.ts'
import { address, postJson } from '../api/request.ts'
import { runHref } from '../model/route.ts'
import { ReasonDialog } from '../parts/reason-dialog.tsx'
import { go } from '../shell/use-route.ts'
import { CompareDialog } from './compare-dialog.tsx'

type Action = 'cancel' | 'pause' | 'unpause' | 'resume' | 'rerun'

const WORDS: Record<Action, { button: string; title: string; text: string }> = {
  cancel: { button: 'Cancel', title: 'Cancel the run', text: 'Nothing more starts, and what runs is ended. A cancelled run can be resumed.' },
  pause: { button: 'Pause', title: 'Pause the run', text: 'What runs now ends as it would; nothing more starts until somebody lets the run go on.' },
  unpause: { button: 'Go on', title: 'Let the run go on', text: 'Steps start again.' },
  resume: { button: 'Resume', title: 'Resume the run', text: 'Steps that completed are kept; all others run again.' },
  rerun: { button: 'Run again', title: 'Run the same again', text: 'A new run with the same plan, parameters and seed.' },
}

/** What an operator may do with a run as it is, each with a reason, which is recorded. */
export function RunActions({ insight, onChange }: { insight: Insight; onChange: () => void }) {
  const [asked, setAsked] = useState<Action | 'compare'>()
  const done = (): void => setAsked(undefined)
  const { run_id: runId } = insight
  const act = async (action: Action, body: { reason: string; by?: string }): Promise<void> => {
    const answer = await postJson<{ run_id: string }>(address(['runs', runId, action]), body)
    done()
    if (answer.run_id === runId) onChange()
    else go(runHref(answer.run_id))
  }
  return (
    <div className="tools actions" role="group" aria-label="What to do with the run">
      {actionsOf(insight).map((action) => (
        <button key={action} type="button" className={action === 'cancel' ? 'danger' : ''} onClick={() => setAsked(action)}>
          {WORDS[action].button}
        </button>
      ))}
      <button type="button" onClick={() => setAsked('compare')}>
        Compare
      </button>
      {asked === 'compare' && <CompareDialog insight={insight} onClose={done} />}
      {asked !== undefined && asked !== 'compare' && (
        <ReasonDialog title={WORDS[asked].title} text={WORDS[asked].text} button={WORDS[asked].button} onClose={done} onSubmit={(body) => act(asked, body)} />
      )}
    </div>
  )
}

function actionsOf({ status, paused, abandoned }: Insight): Action[] {
  if (status === 'completed') return ['rerun']
  if (status !== 'running') return ['resume', 'rerun']
  if (abandoned) return paused === null ? ['resume', 'cancel'] : ['unpause', 'cancel']
  return [paused === null ? 'pause' : 'unpause', 'cancel']
}
