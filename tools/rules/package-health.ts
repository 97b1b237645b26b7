// Packs every package and looks at what would be published, with publint, attw and by its files: run it in the root.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { root } from './scratch.ts'
import { packAll, type Tarball } from './tarballs.ts'

const bin = (name: string, ...args: string[]): boolean =>
  spawnSync(join(root, 'node_modules/.bin', name), args, { stdio: 'inherit' }).status === 0

const needed = ['package.json', 'README.md', 'LICENSE', 'API.md', 'CHANGELOG.md']
const unwanted = /\.test\.|\.testsuite\.|(^|\/)test_|__pycache__|\.tsbuildinfo$|(^|\/)src\//

const filesAreSound = ({ name, files }: Tarball): boolean => {
  const wrong = [
    ...needed.filter((file) => !files.includes(file)).map((file) => `${name}: ${file} is missing`),
    ...files.filter((file) => unwanted.test(file)).map((file) => `${name}: ${file} should not be published`),
  ]
  for (const what of wrong) console.error(what)
  return wrong.length === 0
}

const attw = ['--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji', '--exclude-entrypoints', './package.json']

using tarballs = await packAll(resolve('.'))
const sound = tarballs.all.map((tarball) =>
  [
    filesAreSound(tarball),
    bin('publint', tarball.path, '--strict'),
    !tarball.importable || bin('attw', tarball.path, ...attw),
  ].every(Boolean),
)
process.exitCode = sound.length > 0 && sound.every(Boolean) ? 0 : 1
