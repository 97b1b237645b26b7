// Runs the tests on the oldest Node that is supported, but for those that no Node makes a difference to: random ones, those of
// code that computes and asks Node for nothing, what browsers, terminals and shells make of the output, and of the tests of the
// real program all but those of a run, its streams and its end; the packed install runs it there, too.
import { oldestNode } from '../bootstrap/toolchain.mjs'
import { programTestPatterns } from './program-tests.ts'
import { testsPass } from './test-passes.ts'

const random = ['**/simulation/**', '**/fuzz.test.ts', '**/growth/**', '**/*.property.test.ts']
const computing = [
  '**/dashboard/src/**',
  '**/src/lib/{completion,explain,expressions,insight,json-schema,plan-builder,recipe,render,report,scheduler,sql}/**',
]
const spared = programTestPatterns.filter((path) => !/\/(run|streams|interrupt)\.test\.ts$/.test(path))
const left = ['bench', 'context'].map((name) => `--project=!${name}`).concat(except([...random, ...computing, '**/test/bigquery/**', ...spared]))

function except(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => ['--exclude', pattern])
}

process.exitCode = testsPass(oldestNode(), [...left, ...process.argv.slice(2)]) ? 0 : 1
