import type { FloatMarks, JsonValue } from './json-value.ts'
import { parseKey } from './key.ts'
import type { ContextWrite, Revision, Timeline } from './timeline.ts'

/** The context as it was at one version; what is written later does not show. Methods throw on a malformed key. */
export interface ContextSnapshot {
  readonly version: number
  get(key: string): JsonValue | undefined
  has(key: string): boolean
  /** Sorted. */
  keys(): string[]
  floats(key: string): FloatMarks | undefined
}

/** A version of a timeline. Costs the same however much the timeline holds. */
export class Snapshot implements ContextSnapshot {
  readonly version: number
  readonly #timeline: Timeline
  readonly #keyLength: number

  constructor(timeline: Timeline, version: number, keyLength: number) {
    this.#timeline = timeline
    this.version = version
    this.#keyLength = keyLength
  }

  isOf(timeline: Timeline): boolean {
    return this.#timeline === timeline
  }

  /** What the key held. Throws on a malformed key. */
  find(key: string): Revision | undefined {
    // A key that was ever written is well-formed.
    if (!this.#timeline.has(key)) parseKey(key, this.#keyLength)
    return this.#timeline.at(key, this.version)
  }

  get(key: string): JsonValue | undefined {
    return this.find(key)?.write.value
  }

  has(key: string): boolean {
    return this.find(key) !== undefined
  }

  keys(): string[] {
    return this.#timeline.keys(this.version)
  }

  floats(key: string): FloatMarks | undefined {
    return this.find(key)?.write.floats
  }

  blame(key: string): ContextWrite | undefined {
    return this.find(key)?.write
  }

  history(key: string): ContextWrite[] {
    return this.find(key) === undefined ? [] : this.#timeline.history(key, this.version)
  }
}
