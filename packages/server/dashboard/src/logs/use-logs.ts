import { useMemo, useState } from 'react'
import { LogFeed, type Logs, type LogsOf } from './log-feed.ts'
import { useFeed } from '../hooks/use-feed.ts'

/** What a run, or a step of it, printed, and what it prints. */
export function useLogs({ runId, step, attempt, follow }: LogsOf): Logs {
  // What is followed is read to its end, and not anew then: only where it goes on again.
  const [{ going, times }, setGoing] = useState({ going: follow, times: Number(follow) })
  if (follow !== going) setGoing({ going: follow, times: times + Number(follow) })
  return useFeed(useMemo(() => new LogFeed({ runId, step, attempt, follow: times > 0 }), [runId, step, attempt, times]))
}
