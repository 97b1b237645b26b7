export { sinkConformance, type SinkConformanceCase, type SinkUnderTest } from './lib/conformance/sink-conformance.ts'
