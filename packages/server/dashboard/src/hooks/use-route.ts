import { useSyncExternalStore } from 'react'
import { parseRoute, type Query, type Route } from '../model/route.ts'

let hash = location.hash
let route = parseRoute(hash)

function current(): Route {
  if (location.hash !== hash) {
    hash = location.hash
    route = parseRoute(hash)
  }
  return route
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current)
}

/** Goes to an address as `routeHref` makes it; `replace` leaves no step in the browser's history. */
export function go(href: string, { replace = false } = {}): void {
  if (href === location.hash) return
  if (!replace) {
    location.hash = href
    return
  }
  history.replaceState(history.state, '', href)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

/** Changes what the query says; an empty value takes a name out. Without `replace` the browser's way back leads to what was before. */
export function changeQuery(changes: Query, { replace = true } = {}): void {
  const [path = ''] = (location.hash === '' ? '#/runs' : location.hash).split('?')
  const query = Object.entries({ ...current().query, ...changes }).filter(([, value]) => value !== '')
  const search = new URLSearchParams(query).toString()
  go(`${path}${search === '' ? '' : `?${search}`}`, { replace })
}
