import { useState } from 'react'
import type { Insight } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { listed, timestamp } from '../model/quantity.ts'
import { ReasonDialog } from '../parts/reason-dialog.tsx'

/** What waits for somebody's decision. */
export function Approvals({ insight, onChange }: { insight: Insight; onChange: () => void }) {
  if (insight.status !== 'running') return null
  return insight.approvals.map((approval) => <ApprovalBox key={approval.step} runId={insight.run_id} approval={approval} onChange={onChange} />)
}

interface ApprovalBoxProps {
  runId: string
  approval: Insight['approvals'][number]
  onChange: () => void
}

function ApprovalBox({ runId, approval: { step, message, by, expires_at: expires }, onChange }: ApprovalBoxProps) {
  const [decision, setDecision] = useState<boolean>()
  const who = by === null ? 'Anybody may decide' : `${listed(by)} may decide`
  return (
    <section className="trouble info" aria-label={`Approval of ${step}`}>
      <h2 className="as-told">{message === '' ? `May ${step} go on?` : message}</h2>
      <p className="small">
        The step <b>{step}</b> waits for a decision. {who}
        {expires !== null && `, until ${timestamp(expires)}`}.
      </p>
      <div className="tools">
        <button type="button" className="main" onClick={() => setDecision(true)}>
          Approve
        </button>
        <button type="button" className="danger" onClick={() => setDecision(false)}>
          Reject
        </button>
      </div>
      {decision !== undefined && (
        <ReasonDialog
          title={decision ? `Approve ${step}` : `Reject ${step}`}
          text={decision ? 'The run goes on.' : 'The step fails, and with it what waits for it.'}
          button={decision ? 'Approve' : 'Reject'}
          danger={!decision}
          onClose={() => setDecision(undefined)}
          onSubmit={async (reason) => {
            await service.call('POST /runs/{run_id}/approve', { params: { run_id: runId }, body: { step, approved: decision, ...reason } })
            setDecision(undefined)
            onChange()
          }}
        />
      )}
    </section>
  )
}
