import { checkAuthor, identityOf, type Author } from './author.ts'
import { append } from './commit.ts'
import { describeContext, readContext, type ContextJSON } from './context-json.ts'
import { ContextError } from './errors.ts'
import { show } from './json-path.ts'
import type { FloatMarks, JsonValue } from './json-value.ts'
import { resolveLimits, type ContextLimits } from './limits.ts'
import type { Shape } from './shape.ts'
import { Snapshot, type ContextSnapshot } from './snapshot.ts'
import { stageWrite, type StagedWrite } from './staged-write.ts'
import { OpenStep, type StepContext } from './step-context.ts'
import { Timeline, type ContextWrite } from './timeline.ts'

/** What happens when a step commits a key that another one wrote after the step had begun. */
export type ConflictPolicy = 'fail_on_conflict' | 'last_write_wins'

/** What a context is made with; nothing is needed. */
export interface ContextOptions {
  /** Unix milliseconds. Default Date.now. */
  now?: () => number
  /** Default `fail_on_conflict`. */
  conflict?: ConflictPolicy
  limits?: Partial<ContextLimits>
}

/**
 * A versioned, attributed store of JSON values. Every write is kept, with who made it and when; every value handed
 * out is frozen at every depth. `set` and `get` cost the same however many keys there are, a snapshot costs nothing
 * but itself.
 */
export class Context {
  readonly #timeline = new Timeline()
  readonly #now: () => number
  readonly #conflict: ConflictPolicy
  readonly #limits: Readonly<ContextLimits>

  /** Throws CONTEXT_OPTION_INVALID. */
  constructor(options: ContextOptions = {}) {
    checkNames(options)
    this.#now = checkNow(options.now ?? Date.now)
    this.#conflict = checkPolicy(options.conflict ?? 'fail_on_conflict')
    this.#limits = resolveLimits(options.limits)
  }

  /** The last value; undefined where there is none. Throws on a malformed key. */
  get(key: string): JsonValue | undefined {
    return this.#latest().get(key)
  }

  /** Throws on a malformed key. */
  has(key: string): boolean {
    return this.#latest().has(key)
  }

  /** Sorted. */
  keys(): string[] {
    return this.#latest().keys()
  }

  /** The marks of floats of the last value. Throws on a malformed key. */
  floats(key: string): FloatMarks | undefined {
    return this.#latest().floats(key)
  }

  /** The last write. Throws on a malformed key. */
  blame(key: string): ContextWrite | undefined {
    return this.#latest().blame(key)
  }

  /** All writes, oldest first. Throws on a malformed key. */
  history(key: string): ContextWrite[] {
    return this.#latest().history(key)
  }

  /** What every value of the key so far has in common, as JSON Schema. Throws on a malformed key. */
  shape(key: string): Shape | undefined {
    return this.#latest().find(key)?.shape
  }

  /**
   * Writes a value: a private copy is kept. Throws ContextError, and writes nothing, for a malformed or reserved key
   * (CONTEXT_KEY_*), no author (CONTEXT_AUTHOR_INVALID), a value that is not JSON (CONTEXT_NOT_JSON and others, with
   * its path), one that does not fit the key's shape (CONTEXT_SHAPE), and beyond a limit.
   */
  set(key: string, value: unknown, by: Author & { floats?: FloatMarks }): void {
    const author = checkAuthor(by)
    const staged = stageWrite(key, value, { who: author.who, floats: by.floats }, this.#limits)
    this.#write([staged], author, this.#now())
  }

  /**
   * From now on, the first value of each of these keys has to fit a shape, as every later one has to: else what writes it
   * throws CONTEXT_SHAPE. Keys that have a value keep their own shape. Steps are told when they are committed.
   */
  expectShapes(shapes: Readonly<Record<string, Shape>>): void {
    this.#timeline.expect(new Map(Object.entries(shapes)))
  }

  /** The context as it is now, whatever is written later. */
  snapshot(): ContextSnapshot {
    const view = this.#latest()
    return Object.freeze({
      version: view.version,
      get: (key: string) => view.get(key),
      has: (key: string) => view.has(key),
      keys: () => view.keys(),
      floats: (key: string) => view.floats(key),
    })
  }

  /** Begins a step on a snapshot of now. Throws CONTEXT_AUTHOR_INVALID. */
  begin(author: Author): StepContext {
    return new OpenStep(this.#latest(), checkAuthor(author), this.#limits, this.#now)
  }

  /**
   * Makes all writes of a step visible, at once, and ends it. Throws, and writes nothing, if another author wrote one
   * of its keys since the step began (CONTEXT_CONFLICT; not under `last_write_wins`), if a value does not fit the shape
   * that the key has by now (CONTEXT_SHAPE), beyond a limit, and for a step that was committed (CONTEXT_STEP_CLOSED) or
   * is another context's (CONTEXT_STEP_FOREIGN). `at` is the time to record, in Unix milliseconds; default now.
   */
  commit(step: StepContext, options: { at?: number } = {}): void {
    const open = this.#ownStep(step)
    const staged = open.staged()
    if (this.#conflict === 'fail_on_conflict') this.#refuseConflict(open, staged)
    this.#write(staged, open.author, options.at ?? this.#now())
    open.close()
  }

  /**
   * Takes in writes that were committed before, all or none: shapes and limits are checked, conflicts are not. `who` of
   * a write comes before that of `by`; `at` is in Unix milliseconds, default now.
   */
  apply(
    writes: Readonly<Record<string, { value: unknown; who?: string; floats?: FloatMarks }>>,
    by: Author & { at?: number },
  ): void {
    const author = checkAuthor(by)
    const staged = Object.keys(writes).map((key) => {
      const write = writes[key]
      return stageWrite(key, write?.value, { who: write?.who ?? author.who, floats: write?.floats }, this.#limits)
    })
    this.#write(staged, author, by.at ?? this.#now())
  }

  /** Everything, history included, as JSON that fromJSON reads. The values are not copied. */
  toJSON(): ContextJSON {
    return describeContext(this.#latest())
  }

  /**
   * The context that toJSON wrote. Nothing of the input is trusted: every rule is checked again. Throws
   * CONTEXT_JSON_INVALID, whose `cause` tells the rule that was broken, if it is one.
   */
  static fromJSON(json: unknown, options: ContextOptions = {}): Context {
    const context = new this(options)
    readContext(json, context.#limits, context.#timeline)
    return context
  }

  #latest(): Snapshot {
    return new Snapshot(this.#timeline, this.#timeline.version, this.#limits.keyLength)
  }

  #ownStep(step: StepContext): OpenStep {
    if (!(step instanceof OpenStep) || !step.base.isOf(this.#timeline)) {
      throw new ContextError('CONTEXT_STEP_FOREIGN', 'Only a step that this context began can be committed to it')
    }
    if (step.closed) {
      throw new ContextError('CONTEXT_STEP_CLOSED', `${step.author.step ?? step.author.who} was committed before`)
    }
    return step
  }

  #refuseConflict(step: OpenStep, staged: readonly StagedWrite[]): void {
    for (const { key } of staged) {
      const last = this.#timeline.at(key, this.#timeline.version)
      if (last === undefined || last.write.version <= step.base.version) continue
      if (last.identity === identityOf(step.author)) continue
      const writers = [last.write.step ?? last.write.who, step.author.step ?? step.author.who]
      const message = `${key} was written by ${writers.join(' and by ')}, which ran at the same time`
      throw new ContextError('CONTEXT_CONFLICT', message, {
        key,
        fix: 'Let one depend on the other, let each write a key of its own, or choose last_write_wins.',
        details: { writers },
      })
    }
  }

  #write(writes: readonly StagedWrite[], author: Readonly<Author>, at: number): void {
    if (writes.length === 0) return
    append(this.#timeline, { author, at, version: this.#timeline.version + 1, writes }, this.#limits)
  }
}

const POLICIES: readonly string[] = ['fail_on_conflict', 'last_write_wins'] satisfies ConflictPolicy[]

const OPTIONS: readonly string[] = ['now', 'conflict', 'limits'] satisfies (keyof ContextOptions)[]

/** A name that is misspelt would count for nothing. */
function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw invalidOption(`The options of a context must be an object, not ${show(options)}`)
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined) throw invalidOption(`A context has no option ${unknown}: it has ${OPTIONS.join(', ')}`)
}

function checkNow(now: () => number): () => number {
  if (typeof now === 'function') return now
  throw invalidOption(`now must be a function, not ${show(now)}`)
}

function checkPolicy(policy: ConflictPolicy): ConflictPolicy {
  if (POLICIES.includes(policy)) return policy
  throw invalidOption(`conflict must be ${POLICIES.join(' or ')}, not ${show(policy)}`)
}

function invalidOption(message: string): ContextError {
  return new ContextError('CONTEXT_OPTION_INVALID', message)
}
