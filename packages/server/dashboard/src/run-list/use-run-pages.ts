import { useEffect, useMemo, type RefObject } from 'react'
import type { RunItem } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { RunPages, type RunList, type RunQuery } from '../model/run-pages.ts'
import { useFeed } from '../hooks/use-feed.ts'
import { followChanges } from '../api/follow.ts'
import { whileSeen } from '../hooks/while-seen.ts'

/** The runs that fit a query, renewed while somebody looks; `shown` holds those in view. */
export function useRunPages(query: RunQuery, shown: RefObject<readonly RunItem[]>): { list: RunList; more: () => void; refresh: () => void } {
  const { status, recipe, text, from, children } = query
  const pages = useMemo(() => {
    const filter = {
      ...(status !== '' && { status }),
      ...(recipe !== '' && { recipe }),
      ...(text !== '' && { text }),
      ...(from !== '' && { from }),
      ...(children && { children: 'true' as const }),
    }
    return new RunPages(async (cursor, limit, signal) => (await service.call('GET /runs', { query: { ...filter, limit, ...(cursor !== null && { cursor }) }, signal })).body)
  }, [status, recipe, text, from, children])
  const list = useFeed(pages)
  useEffect(() => whileSeen((signal) => void followChanges(signal, () => void pages.refresh(shown.current)).catch(() => {})), [pages, shown])
  return { list, more: () => void pages.more(), refresh: () => void pages.refresh(shown.current) }
}
