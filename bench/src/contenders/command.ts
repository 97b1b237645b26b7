import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { NotHere, type Contender, type OpenOptions } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'

const EVENT_CLIENT = new URL('../../../packages/event-client/dist/index.js', import.meta.url).href
const PEERS = fileURLToPath(new URL('../../peers/node_modules/', import.meta.url))

type Command = (folder: string) => string[]

const commands: Record<string, Command> = {
  node: (folder) => [execPath, join(folder, 'nothing.mjs')],
  'import @lorc/event-client': (folder) => [execPath, join(folder, 'import.mjs')],
  'lorc --version': () => [execPath, LORC, '--version'],
  'lorc run': () => [execPath, LORC, 'run', 'recipe.yaml'],
  'lorc run PACKAGE JOB': () => [execPath, LORC, 'run', 'ingester', 'nothing'],
  'turbo --version': () => [execPath, join(PEERS, 'turbo/bin/turbo'), '--version'],
  'nx --version': () => [execPath, join(PEERS, 'nx/dist/bin/nx.js'), '--version'],
  'npm --version': () => ['npm', '--version'],
  'dbos --version': () => [execPath, join(PEERS, '@dbos-inc/dbos-sdk/dist/src/cli/cli.js'), '--version'],
}

/** A program from its start to its exit, as a shell starts it. Variants: what `commands` names. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  mkdirSync(join(scratch, 'steps'))
  writeFileSync(join(scratch, 'nothing.mjs'), '')
  writeFileSync(join(scratch, 'import.mjs'), `import ${JSON.stringify(EVENT_CLIENT)}\n`)
  writeFileSync(join(scratch, 'steps', 'nothing.mjs'), 'export function run() {}\n')
  writeFileSync(join(scratch, 'recipe.yaml'), RECIPE)
  installJob(scratch)
  const [file = '', ...args] = commands[variant]?.(scratch) ?? []
  const start = (): string => {
    const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: scratch, encoding: 'utf8' })
    if (error) throw new NotHere(error.message)
    if (status !== 0) throw new Error(`${variant} ended with ${status}: ${stderr}`)
    return stdout
  }
  const said = start()
  return {
    version: variant.endsWith('--version') ? (/\d+\.\d+[^\s]*/.exec(said)?.[0] ?? '') : variant === 'node' ? process.versions.node : lorcVersion,
    settings: '',
    tasks: {
      start: async (times) => {
        for (let i = 0; i < times; i++) start()
      },
    },
    close: async () => {},
  }
}

/** A job that does nothing, in a package that the workspace declares. */
function installJob(workspace: string): void {
  const folder = join(workspace, 'node_modules/@acme/ingester')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(workspace, 'package.json'), JSON.stringify({ private: true, dependencies: { '@acme/ingester': '1.0.0' } }))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@acme/ingester', version: '1.0.0', type: 'module', lorc: { jobs: { nothing: './jobs.js#nothing' } } }))
  writeFileSync(join(folder, 'jobs.js'), 'export async function nothing() {}\n')
}

const RECIPE = `test_meta: { name: nothing }
steps:
  - { name: nothing, type: node, module: steps/nothing.mjs, function: run }
`
