import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Insight } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { listed, timestamp } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import { ReasonDialog } from '../parts/reason-dialog.tsx'

/** A run of a step says nothing to those who follow the run that the step is of. */
const REFRESH_MS = 5000

interface ApprovalsProps {
  insight: Insight
  /** It is the run of a step of what is shown. */
  isInner?: boolean
  onChange: () => void
}

/** What waits for somebody's decision, in a run and in the runs of its steps. */
export function Approvals({ insight, isInner = false, onChange }: ApprovalsProps) {
  if (insight.status !== 'running') return null
  return (
    <>
      {insight.approvals.map((approval) => (
        <ApprovalBox key={approval.step} run={insight} isInner={isInner} approval={approval} onChange={onChange} />
      ))}
      {insight.inner_runs.map(({ run_id: runId }) => (
        <InnerApprovals key={runId} runId={runId} />
      ))}
    </>
  )
}

function InnerApprovals({ runId }: { runId: string }) {
  const { data, refetch } = useQuery({
    queryKey: ['inner-approvals', runId],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/insight', { params: { run_id: runId }, query: { steps: 'few' }, signal })).body,
    refetchInterval: REFRESH_MS,
    // A step is linked with its run a moment before there is one.
    retry: false,
  })
  return data === undefined ? null : <Approvals insight={data} isInner onChange={() => void refetch()} />
}

interface ApprovalBoxProps {
  run: Insight
  isInner: boolean
  approval: Insight['approvals'][number]
  onChange: () => void
}

function ApprovalBox({ run: { run_id: runId, name }, isInner, approval: { step, message, by, expires_at: expires }, onChange }: ApprovalBoxProps) {
  const [decision, setDecision] = useState<boolean>()
  const who = by === null ? 'Anybody may decide' : `${listed(by)} may decide`
  return (
    <section className="trouble info" aria-label={`Approval of ${step}`}>
      <h2 className="as-told">{message === '' ? `May ${step} go on?` : message}</h2>
      <p className="small">
        The step <b>{step}</b>
        {isInner && (
          <>
            {' '}
            of <a href={runHref(runId)}>{name}</a>
          </>
        )}{' '}
        waits for a decision. {who}
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
