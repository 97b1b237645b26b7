import { inspect } from 'node:util'
import { isOurs } from './our-errors.ts'

/** Causes that are told, one within the other, and errors of one that gathers several. */
const DEEPEST = 4
const MOST = 3

/**
 * What was thrown, in words, whatever it is: what an error says, and what its causes, or the errors that it gathers, say
 * beyond that. `fetch failed` and `All promises were rejected` tell nothing by themselves.
 */
export function wordsOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? sentenceOf(thrown, []) : textOf(thrown) || inspect(thrown, { depth: 2 })
  } catch {
    // A getter of it throws.
    return 'it threw something that cannot be read'
  }
}

/** `around`: the errors that it is a cause of. */
function sentenceOf(error: Error, around: readonly Error[]): string {
  const own = textOf(error.message)
  const texts = isOurs(error) ? [] : reasonsOf(error, around).map((reason) => (reason instanceof Error ? sentenceOf(reason, [...around, error]) : textOf(reason)))
  const untold = texts.filter((text, index) => text !== '' && !own.includes(text) && texts.indexOf(text) === index)
  if (untold.length === 0) return own || textOf(error.name) || 'Error'
  return own === '' ? untold.join('; ') : `${own.replace(/[.:]$/, '')}: ${untold.join('; ')}`
}

function reasonsOf(error: Error, around: readonly Error[]): unknown[] {
  if (around.length === DEEPEST) return []
  const reasons: unknown[] = error instanceof AggregateError && Array.isArray(error.errors) ? error.errors.slice(0, MOST) : [error.cause]
  return reasons.filter((reason) => reason !== error && !around.includes(reason as Error))
}

/** Libraries assign objects to `message`, too: an answer, say. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : inspect(value, { depth: 2 })
}
