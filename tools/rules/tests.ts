// Runs all tests on this Node, and measures what they cover: `tests.ts [ARGUMENT OF VITEST...]`, in the root.
import { testsPass } from './test-passes.ts'

process.exitCode = testsPass(process.execPath, process.argv.slice(2), ['--coverage']) ? 0 : 1
