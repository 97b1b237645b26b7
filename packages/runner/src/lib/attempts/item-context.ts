import type { ContextWrite, FloatMarks, JsonValue, StepContext } from '@lorc/context'

/**
 * What an item of a `for_each` step sees: the run's context, plus what it writes itself. That is not a value of the run's
 * context but one of a list that is to be: `makeOwn` begins on a context in which nothing is, so that no shape is held
 * against it.
 */
export class ItemContext implements StepContext {
  readonly #base: StepContext
  readonly #makeOwn: () => StepContext
  #own: StepContext | undefined

  constructor(base: StepContext, makeOwn: () => StepContext) {
    this.#base = base
    this.#makeOwn = makeOwn
  }

  get(key: string): JsonValue | undefined {
    return this.#holder(key).get(key)
  }

  has(key: string): boolean {
    return this.#owns(key) || this.#base.has(key)
  }

  keys(): string[] {
    return [...new Set([...this.#base.keys(), ...Object.keys(this.writes())])].sort()
  }

  set(key: string, value: unknown, by?: { who?: string; floats?: FloatMarks }): void {
    this.#own ??= this.#makeOwn()
    this.#own.set(key, value, by)
  }

  blame(key: string): ContextWrite | undefined {
    return this.#holder(key).blame(key)
  }

  history(key: string): ContextWrite[] {
    return [...this.#base.history(key), ...(this.#own?.history(key) ?? [])]
  }

  floats(key: string): FloatMarks | undefined {
    return this.#holder(key).floats(key)
  }

  writes(): ReturnType<StepContext['writes']> {
    return this.#own?.writes() ?? {}
  }

  reads(): string[] {
    return this.#base.reads()
  }

  listed(): boolean {
    return this.#base.listed()
  }

  #holder(key: string): StepContext {
    return this.#own && this.#owns(key) ? this.#own : this.#base
  }

  #owns(key: string): boolean {
    return this.#own?.has(key) ?? false
  }
}
