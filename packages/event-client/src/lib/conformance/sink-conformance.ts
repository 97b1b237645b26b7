import { emitCases } from './emit-cases.ts'
import { outageCases } from './outage-cases.ts'
import { rawObjectCases } from './raw-object-cases.ts'
import type { SinkConformanceCase } from './sink-under-test.ts'

/**
 * How every sink behaves, for any test runner:
 *
 *     for (const { name, run } of sinkConformance) it(name, async () => run(await mySinkUnderTest()))
 */
export const sinkConformance: readonly SinkConformanceCase[] = [...emitCases, ...rawObjectCases, ...outageCases]
