import { documentsSuite } from './store-testsuite/documents.testsuite.ts'
import { inboxAndCacheSuite } from './store-testsuite/inbox-and-cache.testsuite.ts'
import { journalSuite } from './store-testsuite/journal.testsuite.ts'
import { leasesSuite } from './store-testsuite/leases.testsuite.ts'
import { suiteOn, type StoreMedium, type TestFramework } from './store-testsuite/medium.ts'
import { removalSuite } from './store-testsuite/removal.testsuite.ts'
import { runsSuite } from './store-testsuite/runs.testsuite.ts'
import { slotsSuite } from './store-testsuite/slots.testsuite.ts'

/** How the suite makes and uses what a store is opened on. */
export interface RunStoreSuiteOptions {
  /** A fresh, empty medium; called once for each test. */
  createMedium(): StoreMedium | Promise<StoreMedium>
  /** Whether several stores may be open on a medium at once, and whether what they wrote is there when they are closed. */
  shared: boolean
}

/**
 * Declares tests for everything that the contract `RunStore` promises. `framework` brings `describe` and `it`, of vitest,
 * jest or node:test; nothing else of it is used.
 *
 * @example
 * import { describe, it } from 'vitest'
 * describeRunStore('memory', { createMedium: () => ({ open: () => createMemoryStore() }), shared: false }, { describe, it })
 */
export function describeRunStore(name: string, options: RunStoreSuiteOptions, framework: TestFramework): void {
  const suite = suiteOn(options.createMedium, options, framework)
  framework.describe(`run store: ${name}`, () => {
    journalSuite(suite)
    runsSuite(suite)
    removalSuite(suite)
    leasesSuite(suite)
    slotsSuite(suite)
    inboxAndCacheSuite(suite)
    documentsSuite(suite)
  })
}
