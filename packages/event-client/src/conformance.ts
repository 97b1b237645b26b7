export { sinkConformance } from './lib/conformance/sink-conformance.ts'
export type { SinkConformanceCase, SinkUnderTest } from './lib/conformance/sink-under-test.ts'
