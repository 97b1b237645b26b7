import { checkJson } from '@lorc/context'
import type { JsonValue } from '@lorc/runner'

/** Characters of an answer that an error shows. */
const SHOWN = 4000
/** Levels of one. */
const DEEPEST = 20

/** What an error shows of an answer: its JSON, where it is short and plain; else the beginning of its text. */
export function shownAnswer(text: string): JsonValue {
  if (text.length > SHOWN) return text.slice(0, SHOWN)
  try {
    return checkJson(JSON.parse(text), { depth: DEEPEST })
  } catch {
    return text
  }
}
