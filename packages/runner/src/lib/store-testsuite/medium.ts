import type { RunStore } from '../store.ts'

/** A place that stores are opened on: a folder, a database. Each test gets one of its own. */
export interface StoreMedium {
  open(): RunStore | Promise<RunStore>
  /** Removes the medium, after its stores were closed. */
  dispose?(): void | Promise<void>
}

/** What the suite needs of a test framework: vitest's, jest's and node:test's functions all fit. */
export interface TestFramework {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

/** Runs `body` with a store on a fresh medium; `open` opens further ones on it. All of them are closed in the end. */
export type WithStore = (body: (store: RunStore, open: () => Promise<RunStore>) => Promise<void>) => () => Promise<void>

export interface Suite extends TestFramework {
  withStore: WithStore
  /** Like `it`, for tests that need a shared medium. */
  itShared: TestFramework['it']
}

export function suiteOn(
  createMedium: () => StoreMedium | Promise<StoreMedium>,
  { shared }: { shared: boolean },
  { describe, it }: TestFramework,
): Suite {
  const withStore: WithStore = (body) => async () => {
    const medium = await createMedium()
    const opened: RunStore[] = []
    const open = async () => {
      const store = await medium.open()
      opened.push(store)
      return store
    }
    try {
      await body(await open(), open)
    } finally {
      for (const store of opened) await store.close()
      await medium.dispose?.()
    }
  }
  return { describe, it, withStore, itShared: (name, body) => (shared ? it(name, body) : undefined) }
}
