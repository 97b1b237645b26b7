import type { Context } from '@lorc/context'
import { escapeMarkup } from '../graph/markup.ts'
import type { KeyRow, ValueText } from './report-data.ts'

/** All values together, in characters as the page has them. */
const ROOM = 800_000
const MOST_KEYS = 2500
const MOST = 4000
const FEWEST = 120
const VERSIONS = 5

/** The first 2,500 keys, each with its last writes; long values are cut. The more keys, the less of each. */
export function contextRows(context: Context, mask: (text: string) => string): KeyRow[] {
  const keys = context.keys().filter((key) => !key.startsWith('_runner.')).slice(0, MOST_KEYS)
  const most = Math.max(FEWEST, Math.min(MOST, Math.floor(ROOM / Math.max(1, keys.length))))
  return keys.map((key) => {
    const writes = context.history(key).slice(-VERSIONS).reverse()
    return {
      key,
      versions: writes.map(({ value, who, step, attempt, at }, index): ValueText => {
        const plain = mask(JSON.stringify(value, null, 2))
        const room = roomFor(plain, index === 0 ? most : FEWEST)
        const text = plain.length <= room ? plain : mask(JSON.stringify(value))
        return { text: text.slice(0, room).toWellFormed(), cut: Math.max(0, text.length - room), who, step: step ?? null, attempt: attempt ?? null, at }
      }),
    }
  })
}

/** How much of a text fits into `most` characters of a page, where some signs take several. */
function roomFor(text: string, most: number): number {
  const begin = text.slice(0, most)
  return begin === '' ? most : Math.floor((most * begin.length) / escapeMarkup(begin).length)
}
