import { useMemo } from 'react'
import { LogFeed, type Logs, type LogsOf } from './log-feed.ts'
import { useFeed } from '../shell/use-feed.ts'

/** What a run, or a step of it, printed, and what it prints. */
export function useLogs({ runId, step, attempt, follow }: LogsOf): Logs {
  return useFeed(useMemo(() => new LogFeed({ runId, step, attempt, follow }), [runId, step, attempt, follow]))
}
