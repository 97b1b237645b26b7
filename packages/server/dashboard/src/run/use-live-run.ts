import { useEffect, useMemo } from 'react'
import { useFeed } from '../hooks/use-feed.ts'
import { followChanges } from '../api/follow.ts'
import { whenSeen, whileSeen } from '../hooks/while-seen.ts'
import { LiveRun, type LiveState } from './live-run.ts'

/** The run as it is now; `look` has it read again at once, `wantSteps` has all its steps read. */
export function useLiveRun(runId: string): LiveState & { look: () => void; wantSteps: () => void } {
  const run = useMemo(() => new LiveRun(runId), [runId])
  const state = useFeed(run)
  const isOver = state.picture !== undefined && state.picture.insight.status !== 'running'
  useEffect(() => whenSeen(() => void run.look()), [run])
  // Its own events are over, and tell of nobody who resumes it.
  useEffect(() => (isOver ? whileSeen((signal) => void followChanges(signal, () => void run.look()).catch(() => {})) : undefined), [run, isOver])
  return { ...state, look: () => void run.look(), wantSteps: run.wantSteps }
}
