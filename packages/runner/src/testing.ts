export { describeRunStore, type RunStoreSuiteOptions } from './lib/store.testsuite.ts'
export type { StoreMedium, TestFramework } from './lib/store-testsuite/medium.ts'
