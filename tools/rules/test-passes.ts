// Runs the tests with the Node given, in two passes.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** They replace modules, which has to end with the file. */
const replacing = globSync(['packages/*/{src,test}/**/*.test.ts', 'examples/**/*.test.ts'], { exclude: ['**/node_modules'] })
  .filter((path) => readFileSync(path, 'utf8').includes('vi.mock('))
  .map((path) => basename(path))

/**
 * Runs the tests of the repository on `node`: first those that share one process, since to start one for each file takes
 * longer than most tests, with `shared` further arguments; then the few that need one each. `args` are for both. Says whether all passed.
 */
export const testsPass = (node: string, args: readonly string[], shared: readonly string[] = []): boolean => {
  const PATH = `${dirname(node)}:${process.env.PATH ?? ''}`
  const pass = (...words: string[]): boolean =>
    spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...args, ...words], { stdio: 'inherit', env: { ...process.env, PATH } }).status === 0
  const together = pass('--no-isolate', ...shared, ...replacing.flatMap((name) => ['--exclude', `**/${name}`]))
  const apart = pass(...replacing)
  return together && apart
}
