import type { JsonValue } from '../../json.ts'
import type { ScriptletContext } from './node-step.ts'

/**
 * A step's view of the context that can be closed: what code writes after its attempt has ended is dropped and told to
 * `dropped`. It does not throw then, as an exception in code that nobody waits for would end the whole process.
 */
export class ClosableContext implements ScriptletContext {
  readonly #inner: ScriptletContext
  readonly #dropped: (key: string) => void
  #closed = false

  constructor(inner: ScriptletContext, dropped: (key: string) => void) {
    this.#inner = inner
    this.#dropped = dropped
  }

  get(key: string): JsonValue | undefined {
    return this.#inner.get(key)
  }
  has(key: string): boolean {
    return this.#inner.has(key)
  }
  keys(): string[] {
    return this.#inner.keys()
  }
  set(key: string, value: unknown): void {
    if (this.#closed) this.#dropped(key)
    else this.#inner.set(key, value)
  }
  get closed(): boolean {
    return this.#closed
  }
  close(): void {
    this.#closed = true
  }
}
