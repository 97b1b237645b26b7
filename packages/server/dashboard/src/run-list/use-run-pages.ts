import { useEffect, useMemo, type RefObject } from 'react'
import type { Page, RunItem } from '../api/answers.ts'
import { address, getJson } from '../api/request.ts'
import { RunPages, type RunList, type RunQuery } from '../model/run-pages.ts'
import { useFeed } from '../shell/use-feed.ts'
import { whileSeen } from '../shell/while-seen.ts'

const REFRESH_MS = 2000

/** The runs that fit a query, renewed while somebody looks; `shown` holds those in view. */
export function useRunPages(query: RunQuery, shown: RefObject<readonly RunItem[]>): { list: RunList; more: () => void; refresh: () => void } {
  const { status, recipe, text, from, children } = query
  const pages = useMemo(() => {
    const filter = { status, recipe, text, from, children: children || undefined }
    return new RunPages((cursor, limit, signal) => getJson<Page<RunItem>>(address(['runs'], { ...filter, limit, cursor: cursor ?? undefined }), signal))
  }, [status, recipe, text, from, children])
  const list = useFeed(pages)
  useEffect(() => whileSeen(() => void pages.refresh(shown.current), REFRESH_MS), [pages, shown])
  return { list, more: () => void pages.more(), refresh: () => void pages.refresh(shown.current) }
}
