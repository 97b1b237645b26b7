import type { Author } from './author.ts'
import { ContextError } from './errors.ts'
import type { FloatMarks, JsonValue } from './json-value.ts'
import { RUNNER } from './key.ts'
import type { ContextLimits } from './limits.ts'
import type { Shape } from './shape.ts'
import type { Snapshot } from './snapshot.ts'
import { shapeAfter, stageWrite, type StagedWrite } from './staged-write.ts'
import type { ContextWrite } from './timeline.ts'

/** A step's write, as a journal records it and Context.apply takes it back. */
export interface StepWrite {
  value: JsonValue
  /** Only where it differs from the step's author. */
  who?: string
  floats?: FloatMarks
}

/**
 * The context as one step attempt sees it: as it was when the step began, plus the step's own writes, which nobody else
 * sees before Context.commit. Methods throw on a malformed key.
 */
export interface StepContext {
  get(key: string): JsonValue | undefined
  has(key: string): boolean
  /** Sorted. */
  keys(): string[]
  /** Throws ContextError as Context.set does. `who` defaults to the step's author. */
  set(key: string, value: unknown, by?: { who?: string; floats?: FloatMarks }): void
  /** The last write; an own one has version 0. */
  blame(key: string): ContextWrite | undefined
  /** Oldest first; an own write comes last, with version 0. */
  history(key: string): ContextWrite[]
  floats(key: string): FloatMarks | undefined
  /** The step's own writes, the last one of each key. */
  writes(): Record<string, StepWrite>
  /** The keys, sorted, that were asked for by name, present or not, when the step had not written them itself. */
  reads(): string[]
  /** Whether the step asked which keys there are, and so depends on that. */
  listed(): boolean
}

interface OwnWrite {
  readonly staged: StagedWrite
  readonly at: number
  readonly shape: Shape
}

/** The one implementation of StepContext, with what Context.commit needs to know of it. */
export class OpenStep implements StepContext {
  readonly base: Snapshot
  readonly author: Readonly<Author>
  readonly #limits: Readonly<ContextLimits>
  readonly #now: () => number
  // Most steps write little and many read nothing: both are made on first use.
  #own: Map<string, OwnWrite> | undefined
  #reads: Set<string> | undefined
  #listed = false
  #closed = false

  constructor(base: Snapshot, author: Readonly<Author>, limits: Readonly<ContextLimits>, now: () => number) {
    this.base = base
    this.author = author
    this.#limits = limits
    this.#now = now
  }

  get(key: string): JsonValue | undefined {
    const own = this.#own?.get(key)
    return own === undefined ? this.#read(key).get(key) : own.staged.value
  }

  has(key: string): boolean {
    return this.#own?.has(key) === true || this.#read(key).has(key)
  }

  keys(): string[] {
    this.#listed = true
    const keys = this.base.keys()
    if (this.#own === undefined) return keys
    return [...new Set([...keys, ...this.#own.keys()])].sort()
  }

  set(key: string, value: unknown, by: { who?: string; floats?: FloatMarks } = {}): void {
    if (this.#closed) {
      throw new ContextError('CONTEXT_STEP_CLOSED', `${this.#name()} set ${key} after it had completed`, {
        key,
        fix: 'Await all work before the step returns.',
      })
    }
    const who = by.who ?? this.author.who
    if (who === RUNNER && this.author.who !== RUNNER) {
      throw new ContextError('CONTEXT_KEY_RESERVED', `${this.#name()} may not write as ${RUNNER}`, { key })
    }
    const staged = stageWrite(key, value, { who, floats: by.floats }, this.#limits)
    const shape = shapeAfter(this.#own?.get(key)?.shape ?? this.base.find(key)?.shape, staged)
    this.#own ??= new Map()
    this.#own.set(key, { staged, at: this.#now(), shape })
  }

  blame(key: string): ContextWrite | undefined {
    const own = this.#own?.get(key)
    return own === undefined ? this.#read(key).blame(key) : this.#pending(own)
  }

  history(key: string): ContextWrite[] {
    const own = this.#own?.get(key)
    return own === undefined ? this.#read(key).history(key) : [...this.base.history(key), this.#pending(own)]
  }

  floats(key: string): FloatMarks | undefined {
    const own = this.#own?.get(key)
    return own === undefined ? this.#read(key).floats(key) : own.staged.floats
  }

  writes(): Record<string, StepWrite> {
    const writes: Record<string, StepWrite> = {}
    for (const { key, value, who, floats } of this.staged()) {
      writes[key] = {
        value,
        ...(who === this.author.who ? {} : { who }),
        ...(floats === undefined ? {} : { floats }),
      }
    }
    return writes
  }

  reads(): string[] {
    return [...(this.#reads ?? [])].sort()
  }

  listed(): boolean {
    return this.#listed
  }

  /** What a commit takes over, in the order of first writes. */
  staged(): StagedWrite[] {
    return this.#own === undefined ? [] : [...this.#own.values()].map((own) => own.staged)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Refuses further writes, which nobody would ever see. */
  close(): void {
    this.#closed = true
  }

  #read(key: string): Snapshot {
    const { base } = this
    base.find(key)
    this.#reads ??= new Set()
    this.#reads.add(key)
    return base
  }

  #pending({ staged, at }: OwnWrite): ContextWrite {
    return Object.freeze({
      ...this.author,
      value: staged.value,
      who: staged.who,
      at,
      version: 0,
      ...(staged.floats === undefined ? {} : { floats: staged.floats }),
    })
  }

  #name(): string {
    return this.author.step === undefined ? this.author.who : `The step ${this.author.step}`
  }
}
