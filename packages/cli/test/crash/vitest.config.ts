import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { project } from '../../../../tools/config/vitest.ts'

const { resolve, ssr, test } = project('crash')
const LONG = ['boundaries', 'attended', 'timer', 'drivers']

/** Two files at a time; the long ones first, so that they do not end alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.crash.ts`))
      return place === -1 ? LONG.length : place
    }
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

/** A check of its own: real processes, killed and resumed hundreds of times. */
export default {
  resolve,
  ssr,
  test: {
    ...test,
    include: ['*.crash.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
}
