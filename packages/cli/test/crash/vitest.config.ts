import { project } from '../../../../tools/config/vitest.ts'

const { resolve, ssr, test } = project('crash')

/** A check of its own: real processes, killed and resumed hundreds of times. */
export default {
  resolve,
  ssr,
  test: { ...test, include: ['*.crash.ts', '*.tmp.ts'], maxWorkers: 2, testTimeout: 300_000, hookTimeout: 60_000 },
}
