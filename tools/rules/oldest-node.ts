// Runs the tests on the oldest Node that is supported, but for random ones, which no Node makes a difference to.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { oldestNode } from '../bootstrap/toolchain.mjs'

const node = oldestNode()
const random = ['**/simulation/**', '**/fuzz.test.ts', '**/growth/**']
const args = ['node_modules/vitest/vitest.mjs', 'run', ...random.flatMap((pattern) => ['--exclude', pattern]), ...process.argv.slice(2)]
const PATH = `${dirname(node)}:${process.env.PATH ?? ''}`
process.exitCode = spawnSync(node, args, { stdio: 'inherit', env: { ...process.env, PATH } }).status ?? 1
