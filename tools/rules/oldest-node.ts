// Runs the tests on the oldest Node that is supported, but for those that no Node makes a difference to: random ones, those of
// code that computes and asks Node for nothing, what browsers, terminals and shells make of the output, and of the tests of the
// real program all but those of a run, its streams and its end; the packed install runs it there, too.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
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
const left = [...random, ...computing, ...elsewhere, ...spared]
const args = ['node_modules/vitest/vitest.mjs', 'run', '--project=!bench', '--project=!context', ...left.flatMap((pattern) => ['--exclude', pattern]), ...process.argv.slice(2)]
const PATH = `${dirname(node)}:${process.env.PATH ?? ''}`
process.exitCode = spawnSync(node, args, { stdio: 'inherit', env: { ...process.env, PATH } }).status ?? 1
