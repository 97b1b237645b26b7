import { ContextError, type ContextErrorCode } from './errors.ts'
import { formatPath } from './json-path.ts'
import { isForbiddenName, type JsonValue } from './json-value.ts'
import { formatBytes, resolveLimits, type ContextLimits } from './limits.ts'
import { foreignKind, isPlainArray, isPlainObject } from './plain.ts'
import { utf8Length } from './utf8.ts'

/** A value that was checked: a private copy, frozen at every depth, and its size as ContextLimits measures it. */
export interface CheckedJson {
  value: JsonValue
  bytes: number
}

/**
 * A private copy of a JSON value, frozen at every depth. -0 becomes 0; an accessor is read once; what is not
 * enumerable is left out. Everything else that is not JSON, or that JSON does not hold exactly, is refused with its
 * path in `path` (`$.rows[3].date`): CONTEXT_NOT_JSON, CONTEXT_CYCLE, CONTEXT_NAME_FORBIDDEN, CONTEXT_TOO_DEEP,
 * CONTEXT_TOO_LARGE.
 */
export function checkJson(value: unknown, limits?: Partial<ContextLimits>): JsonValue {
  return copyJson(value, resolveLimits(limits)).value
}

/** As checkJson; `floats` names the numbers that are floats, which may be whole and beyond 2^53. */
export function copyJson(value: unknown, limits: Readonly<ContextLimits>, floats?: unknown): CheckedJson {
  const copier = new JsonCopier(limits)
  try {
    return { value: copier.copy(value, floats), bytes: copier.bytes }
  } catch (error) {
    throw copier.explain(error)
  }
}

class JsonCopier {
  bytes = 0
  readonly #limits: Readonly<ContextLimits>
  /** The way from the root to the value at hand, as keys and as the containers that they are in. */
  readonly #path: (string | number)[] = []
  readonly #within: object[] = []
  #refusal: ContextError | undefined

  constructor(limits: Readonly<ContextLimits>) {
    this.#limits = limits
  }

  /** The error to throw: our own refusal, or what an accessor or a proxy of the caller threw on the way. */
  explain(error: unknown): ContextError {
    if (this.#refusal !== undefined && error === this.#refusal) return this.#refusal
    return this.#refuse('CONTEXT_NOT_JSON', 'is an accessor or a proxy that threw', undefined, error)
  }

  copy(value: unknown, floats: unknown): JsonValue {
    switch (typeof value) {
      case 'string':
        return this.#string(value)
      case 'number':
        return this.#number(value, floats === true)
      case 'boolean':
        this.#count(4)
        return value
      case 'object':
        if (value !== null) return this.#container(value, floats)
        this.#count(4)
        return null
      default:
        throw this.#foreign(value)
    }
  }

  #string(value: string): string {
    const length = utf8Length(value)
    if (length === undefined) {
      throw this.#notJson('a string with half of a surrogate pair', 'Repair it with toWellFormed().')
    }
    this.#count(length + 2)
    return value
  }

  #number(value: number, isFloat: boolean): number {
    if (!Number.isFinite(value)) throw this.#notJson(String(value), 'Write null or leave it out.')
    if (!isFloat && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const fix = 'Write it as a string.'
      const what = `is ${value}, beyond 2^53, where numbers do not hold integers exactly`
      throw this.#refuse('CONTEXT_NOT_JSON', what, fix)
    }
    this.#count(8)
    return value === 0 ? 0 : value
  }

  #container(value: object, floats: unknown): JsonValue {
    if (this.#within.length >= this.#limits.depth) throw this.#tooDeep(value)
    this.#within.push(value)
    const copy = this.#copyContainer(value, floats)
    this.#within.pop()
    return copy
  }

  #copyContainer(value: object, floats: unknown): JsonValue {
    if (isPlainArray(value)) return this.#array(value, floats)
    if (isPlainObject(value)) return this.#object(value, floats)
    throw this.#foreign(value)
  }

  #array(value: readonly unknown[], floats: unknown): JsonValue {
    const length = value.length
    const copy: JsonValue[] = []
    this.#count(2 + length)
    for (let index = 0; index < length; index++) {
      this.#path.push(index)
      const element = value[index]
      if (element === undefined && !Object.hasOwn(value, index)) {
        throw this.#notJson('a hole in a sparse array', 'Write null, or leave the element out with filter().')
      }
      copy.push(this.copy(element, marksBelow(floats, index)))
      this.#path.pop()
    }
    this.#refuseFurtherProperties(value)
    return Object.freeze(copy) as JsonValue[]
  }

  /** By name, as canonical JSON (RFC 8785) has them: what is read back from a journal does not differ from what was set. */
  #object(value: Readonly<Record<string, unknown>>, floats: unknown): JsonValue {
    const names = Object.keys(value).sort()
    const copy: { [key: string]: JsonValue } = {}
    this.#count(2)
    for (const name of names) {
      this.#path.push(name)
      if (isForbiddenName(name)) {
        throw this.#refuse('CONTEXT_NAME_FORBIDDEN', `is a field named ${name}: not allowed`, 'Rename the field.')
      }
      const length = utf8Length(name)
      if (length === undefined) {
        throw this.#notJson('a field whose name holds half of a surrogate pair', 'Repair it with toWellFormed().')
      }
      this.#count(length + 4)
      copy[name] = this.copy(value[name], marksBelow(floats, name))
      this.#path.pop()
    }
    this.#refuseSymbols(value)
    return Object.freeze(copy)
  }

  #refuseFurtherProperties(value: readonly unknown[]): void {
    this.#refuseSymbols(value)
    const names = Object.keys(value)
    const extra = names[value.length]
    if (extra === undefined) return
    this.#path.push(extra)
    throw this.#notJson('a named property of an array', 'Copy the elements with [...array].')
  }

  #refuseSymbols(value: object): void {
    const symbols = Object.getOwnPropertySymbols(value)
    if (symbols.length === 0) return
    const visible = symbols.find((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))
    if (visible !== undefined) throw this.#notJson(`an object with the symbol ${String(visible)} for a name`)
  }

  #count(bytes: number): void {
    this.bytes += bytes
    if (this.bytes <= this.#limits.valueBytes) return
    const grown = this.#path.length === 0 ? 'is larger than' : 'is where the value grows beyond'
    const what = `${grown} ${formatBytes(this.#limits.valueBytes)}, the limit of one value`
    const fix = 'Write it to a file and name the file as an output.'
    throw this.#cycle() ?? this.#refuse('CONTEXT_TOO_LARGE', what, fix)
  }

  #tooDeep(value: object): ContextError {
    this.#within.push(value)
    const what = `is nested deeper than ${this.#limits.depth} levels`
    return this.#cycle() ?? this.#refuse('CONTEXT_TOO_DEEP', what, 'Flatten the value.')
  }

  /** Only asked once a limit is hit, which every cycle does: so values without one do not pay for the search. */
  #cycle(): ContextError | undefined {
    const end = this.#within.findIndex((value, index) => this.#within.indexOf(value) < index)
    if (end < 0) return undefined
    const start = this.#within.findIndex((value) => value === this.#within[end])
    this.#path.length = end
    const back = formatPath(this.#path.slice(0, start))
    return this.#refuse('CONTEXT_CYCLE', `leads back to ${back}`, 'Refer to it by an id instead.')
  }

  #foreign(value: unknown): ContextError {
    const { kind, fix } = foreignKind(value)
    return this.#notJson(kind, fix)
  }

  #notJson(kind: string, fix?: string): ContextError {
    return this.#refuse('CONTEXT_NOT_JSON', `is ${kind}, which is not JSON`, fix)
  }

  #refuse(code: ContextErrorCode, what: string, fix?: string, cause?: unknown): ContextError {
    const path = formatPath(this.#path)
    this.#refusal = new ContextError(code, `${path === '$' ? 'The value' : path} ${what}`, {
      path,
      ...(fix === undefined ? {} : { fix }),
      ...(cause === undefined ? {} : { cause }),
    })
    return this.#refusal
  }
}

/** Marks are validated later, against the checked value. */
function marksBelow(floats: unknown, part: string | number): unknown {
  if (typeof floats !== 'object' || floats === null) return floats
  return Object.hasOwn(floats, part) ? Reflect.get(floats, part) : undefined
}
