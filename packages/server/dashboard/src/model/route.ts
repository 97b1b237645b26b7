export const TABS = ['graph', 'timeline', 'logs', 'context', 'artifacts', 'events', 'facts'] as const
export type Tab = (typeof TABS)[number]

export const START_KINDS = ['recipes', 'jobs', 'scenario'] as const
export type StartKind = (typeof START_KINDS)[number]

/** What the address says is shown. `query` holds filters and what is open, by name. */
export type Route =
  | { page: 'runs'; query: Query }
  | { page: 'run'; runId: string; tab: Tab; query: Query }
  | { page: 'start'; kind: StartKind; name: string | null; query: Query }
  | { page: 'schedules'; query: Query }
  | { page: 'compare'; a: string; b: string; query: Query }
  | { page: 'unknown'; path: string; query: Query }

export type Query = Readonly<Record<string, string>>

/** Reads the part of an address behind `#`. */
export function parseRoute(hash: string): Route {
  const [path, search] = split(hash.replace(/^#/, ''), '?')
  const query = Object.fromEntries(new URLSearchParams(search))
  const parts = path.split('/').filter((part) => part !== '').map(decoded)
  const [page = 'runs', first, second] = parts
  if (page === 'runs' && first === undefined) return { page: 'runs', query }
  if (page === 'runs' && first !== undefined) return { page: 'run', runId: first, tab: TABS.find((tab) => tab === second) ?? 'graph', query }
  if (page === 'schedules' && first === undefined) return { page: 'schedules', query }
  if (page === 'start') return { page: 'start', kind: START_KINDS.find((kind) => kind === first) ?? 'recipes', name: second ?? null, query }
  if (page === 'compare' && first !== undefined && second !== undefined) return { page: 'compare', a: first, b: second, query }
  return { page: 'unknown', path, query }
}

/** The address of a place: what `href` takes. Empty values of the query are left out. */
export function routeHref(parts: readonly string[], query: Query = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `#/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
}

export function runHref(runId: string, tab: Tab = 'graph', query: Query = {}): string {
  return routeHref(tab === 'graph' ? ['runs', runId] : ['runs', runId, tab], query)
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
