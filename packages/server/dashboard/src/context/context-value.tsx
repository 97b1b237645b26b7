import { JsonView } from '../parts/json-view.tsx'
import { Notice } from '../parts/notice.tsx'
import { useWritten } from './use-written.ts'

/** A value as an event wrote it. */
export function ContextValue({ runId, name, seq }: { runId: string; name: string; seq: number }) {
  const { data, error, refetch } = useWritten(runId, seq, name)
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="dim small">Reading…</p>
  return <JsonView value={data.value} />
}
