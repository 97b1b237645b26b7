import type { ReadRoot } from '../expressions/scope.ts'
import type { JsonValue } from '../json.ts'

/** Values that are told. */
const MOST = 5
/** Characters of a text that is told; a longer one is told by its length, for half of a secret could not be masked. */
const LONGEST = 80
/** Elements of a list, and fields of a map, that are told. */
const WIDEST = 5

/** What an expression saw, in a few words for people: `, as api.rate_v1 is 0.21`. */
export class SeenValues {
  readonly #values = new Map<string, string>()

  readonly onRead = (root: ReadRoot, name: string, value: JsonValue | undefined): void => {
    const subject = root === 'ctx' ? name : `${root}.${name}`
    if (this.#values.size <= MOST) this.#values.set(subject, root === 'steps' ? statusOf(value) : brief(value))
  }

  /** Empty when it saw nothing. */
  text(): string {
    const told = [...this.#values].slice(0, MOST).map(([name, value]) => `${name} is ${value}`)
    if (told.length === 0) return ''
    return `, as ${told.join(', ')}${this.#values.size > MOST ? ', ...' : ''}`
  }
}

function statusOf(facts: JsonValue | undefined): string {
  const { status, result } = typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? facts : {}
  if (typeof status !== 'string') return 'not there'
  return result === null || result === undefined ? status : `${status} with the result ${brief(result)}`
}

function brief(value: JsonValue | undefined, inside = false): string {
  if (value === undefined) return 'not there'
  if (typeof value === 'string') return value.length > LONGEST ? `a text of ${value.length} characters` : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) {
    if (inside || value.length > WIDEST) return `a list of ${value.length}`
    return `[${value.map((element) => brief(element, true)).join(',')}]`
  }
  const fields = Object.entries(value)
  if (inside || fields.length > WIDEST) return `a map of ${fields.length}`
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${brief(field, true)}`).join(',')}}`
}
