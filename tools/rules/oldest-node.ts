// Runs the tests on the oldest Node that is supported, but for those that no Node makes a difference to: random ones, those of
// code that computes and asks Node for nothing, what browsers, terminals and shells make of the output, and of the tests of the
// real program all but those of a run, its streams and its end; the packed install runs it there, too.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { oldestNode } from '../bootstrap/toolchain.mjs'

const node = oldestNode()
const random = ['**/simulation/**', '**/fuzz.test.ts', '**/growth/**', '**/*.property.test.ts']
const computing = [
  '**/dashboard/src/**',
  '**/src/lib/{completion,explain,expressions,insight,json-schema,plan-builder,recipe,render,report,scheduler,sql}/**',
]
const elsewhere = ['**/test/browser/**', '**/test/terminal/**', '**/test/bigquery/**']
const program = globSync('packages/cli/test/*.test.ts').map((path) => `**/test/${basename(path)}`)
const spared = program.filter((path) => !/\/(run|streams|interrupt)\.test\.ts$/.test(path))
const left = ['bench', 'context'].map((name) => `--project=!${name}`).concat(except([...random, ...computing, ...elsewhere, ...spared]))
/** They replace modules, which has to end with the file; all others share one process: to start one for each takes longer than most tests. */
const replacing = globSync(['packages/*/{src,test}/**/*.test.ts', 'examples/**/*.test.ts'], { exclude: ['**/node_modules'] })
  .filter((path) => readFileSync(path, 'utf8').includes('vi.mock('))
  .map((path) => basename(path))
const PATH = `${dirname(node)}:${process.env.PATH ?? ''}`

function except(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => ['--exclude', pattern])
}

const passes = (...args: string[]): boolean =>
  spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...args, ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, PATH } }).status === 0
const together = passes('--no-isolate', ...left, ...except(replacing.map((name) => `**/${name}`)))
const apart = passes(...left, ...replacing)
process.exitCode = together && apart ? 0 : 1
