import type { Fault } from './faults.ts'

interface Insert {
  rows?: unknown[]
}

interface InsertAnswer {
  insertErrors?: { index?: number; errors?: object[] }[]
}

/**
 * An insert without the rows that a fault refuses: the `rest` of its body (undefined where nothing is left of it), and the
 * answer to that `merged` with what is said of the rows that were refused, as one answer to the whole.
 */
export function withoutRows(body: Buffer, { rows: isRefused, reason }: Extract<Fault, { kind: 'partial' }>): { rest: Buffer | undefined; merged: (answer: string) => string } {
  const insert = JSON.parse(String(body)) as Insert
  const { rows = [] } = insert
  const places = rows.map((_, place) => place)
  const refused = places.filter((place) => isRefused(place))
  const kept = places.filter((place) => !isRefused(place))
  const merged = (answer: string): string => {
    const { insertErrors = [], ...said } = JSON.parse(answer) as InsertAnswer
    const own = refused.map((index) => ({ index, errors: [{ reason, message: 'The row was not taken.' }] }))
    const theirs = insertErrors.map(({ index = 0, ...problem }) => ({ ...problem, index: kept[index] ?? index }))
    const all = [...own, ...theirs].sort((a, b) => a.index - b.index)
    return JSON.stringify({ ...said, ...(all.length > 0 && { insertErrors: all }) })
  }
  const rest = kept.length === 0 ? undefined : Buffer.from(JSON.stringify({ ...insert, rows: kept.map((place) => rows[place]) }))
  return { rest, merged }
}
