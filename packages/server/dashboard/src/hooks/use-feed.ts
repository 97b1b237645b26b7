import { useEffect, useSyncExternalStore } from 'react'
import type { Feed } from '../model/feed.ts'

/** Keeps a feed open as long as it is shown. */
export function useFeed<State>(feed: Feed<State>): State {
  useEffect(() => feed.open(), [feed])
  return useSyncExternalStore(feed.subscribe, feed.state)
}
