import { restOptimizers } from '../process/optimizers.ts'
import type * as program from '../run-process.ts'

/** As `runProcess` of a program that stays: all of it is loaded with V8's optimizers at rest. */
export const runProcess: (typeof program)['runProcess'] = async (...given) => {
  restOptimizers()
  const { runProcess } = await import('../run-process.ts')
  return runProcess(...given)
}
