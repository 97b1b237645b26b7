// Runs all tests on this Node but those that start the real program, and measures what they cover:
// `tests.ts [ARGUMENT OF VITEST...]`, in the root.
import { programTestPatterns } from './program-tests.ts'
import { testsPass } from './test-passes.ts'

const args = [...process.argv.slice(2), ...programTestPatterns.flatMap((pattern) => ['--exclude', pattern])]
process.exitCode = testsPass(process.execPath, args, ['--coverage']) ? 0 : 1
