// The tests that start the real program, in processes, terminals and browsers: they cover nothing of the process that they are in.
import { globSync } from 'node:fs'

/** Paths from the root. */
export const programTests: readonly string[] = globSync('packages/{cli,server}/test/**/*.test.ts')

/** The same for `--exclude` of vitest, which takes patterns against the folder of a package. */
export const programTestPatterns = programTests.map((path) => path.replace(/^packages\/[^/]+/, '**'))
