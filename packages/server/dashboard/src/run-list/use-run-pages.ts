import { useEffect, useState, useSyncExternalStore, type RefObject } from 'react'
import type { Page, RunItem } from '../api/answers.ts'
import { address, getJson } from '../api/request.ts'
import { RunPages, type RunList, type RunQuery } from '../model/run-pages.ts'

const REFRESH_MS = 2000

/** The runs that fit a query, renewed while somebody looks; `shown` holds those in view. */
export function useRunPages(query: RunQuery, shown: RefObject<readonly RunItem[]>): { list: RunList; more: () => void; refresh: () => void } {
  const { status, recipe, text, from, children } = query
  const [pages, setPages] = useState(() => open(query))
  useEffect(() => {
    const opened = open({ status, recipe, text, from, children })
    setPages(opened)
    return () => opened.close()
  }, [status, recipe, text, from, children])
  const refresh = (): void => void pages.refresh(shown.current)
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) void pages.refresh(shown.current)
    }
    const timer = setInterval(look, REFRESH_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [pages, shown])
  return { list: useSyncExternalStore(pages.subscribe, pages.list), more: () => void pages.more(), refresh }
}

function open({ status, recipe, text, from, children }: RunQuery): RunPages {
  return new RunPages((cursor, limit, signal) =>
    getJson<Page<RunItem>>(address(['runs'], { status, recipe, text, from, children: children || undefined, limit, cursor: cursor ?? undefined }), signal),
  )
}
