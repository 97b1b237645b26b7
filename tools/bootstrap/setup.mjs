import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { root, tools } from './folder.mjs'
import { quietly } from './program.mjs'
import { contentsOf, members, sizesOf, unlessDone } from './stamp.mjs'
import { registry, toolchain } from './toolchain.mjs'

const say = (text) => process.stderr.write(`lorc: ${text}\n`)

const packages = () => members().filter((folder) => folder.startsWith('packages/'))

const manifests = () =>
  contentsOf(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...members().map((folder) => `${folder}/package.json`)])

const linked = () => members().filter((folder) => existsSync(`${root}/${folder}/node_modules`)).join(' ')

const sources = () => {
  const own = ['src', 'package.json', 'tsup.config.ts', 'turbo.json', 'tsconfig.json']
  return contentsOf([
    ...packages().flatMap((folder) => own.map((path) => `${folder}/${path}`)),
    'packages/runner/python',
    'pnpm-lock.yaml',
    'turbo.json',
    'tsconfig.base.json',
    'tools/config',
  ])
}

const built = () => sizesOf([...packages().map((folder) => `${folder}/dist`), 'packages/cli/python'])

const writable = (folder) => {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const installDependencies = (env) => {
  say('installing dependencies (once for each change of the lockfile)')
  const store = writable(homedir()) ? [] : ['--store-dir', `${tools}/pnpm-store`]
  const args = ['install', '--frozen-lockfile', '--registry', registry(), ...store]
  quietly('Installing the dependencies', `${tools}/bin/pnpm`, args, { cwd: root, env: { ...env, CI: '1' } })
}

const build = (env) => {
  say('building')
  quietly('Building', `${root}/node_modules/.bin/turbo`, ['run', 'build', '--ui=stream', '--output-logs=errors-only'], { cwd: root, env })
}

const tasks = [
  { name: 'installed', inputs: manifests, outputs: linked, work: installDependencies },
  { name: 'built', inputs: sources, outputs: built, work: build },
]

/**
 * Brings what this clone lacks, up to `upTo` (`installed` or `built`), and returns the environment to work in. When all
 * is there it only reads: a few hundred small files, some tens of milliseconds.
 */
export const setUp = async (upTo) => {
  const env = await toolchain()
  for (const task of tasks) {
    await unlessDone({ ...task, work: () => task.work(env) })
    if (task.name === upTo) break
  }
  return env
}
