// Packs every package and has publint and attw look at what would be published: run it in the root.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { root } from './scratch.ts'
import { packAll } from './tarballs.ts'

const bin = (name: string, ...args: string[]): boolean =>
  spawnSync(join(root, 'node_modules/.bin', name), args, { stdio: 'inherit' }).status === 0

using tarballs = await packAll(resolve('.'))
const sound = tarballs.all.map(({ path, importable }) =>
  [
    bin('publint', path, '--strict'),
    !importable || bin('attw', path, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji', '--exclude-entrypoints', './package.json'),
  ].every(Boolean),
)
process.exitCode = sound.length > 0 && sound.every(Boolean) ? 0 : 1
