import { useEffect, useMemo } from 'react'
import { useFeed } from '../hooks/use-feed.ts'
import { whenSeen } from '../hooks/while-seen.ts'
import { LiveRun, type LiveState } from './live-run.ts'

/** The run as it is now; `look` has it read again at once, `wantSteps` has all its steps read. */
export function useLiveRun(runId: string): LiveState & { look: () => void; wantSteps: () => void } {
  const run = useMemo(() => new LiveRun(runId), [runId])
  useEffect(() => whenSeen(() => void run.look()), [run])
  return { ...useFeed(run), look: () => void run.look(), wantSteps: run.wantSteps }
}
