import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { NotHere, type Contender, type OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'

const LORC = fileURLToPath(new URL('../../../packages/cli/dist/lorc.js', import.meta.url))
const EVENT_CLIENT = new URL('../../../packages/event-client/dist/index.js', import.meta.url).href
const PEERS = fileURLToPath(new URL('../../peers/node_modules/', import.meta.url))

type Command = (folder: string) => string[]

const commands: Record<string, Command> = {
  node: (folder) => [execPath, join(folder, 'nothing.mjs')],
  'import @lorc/event-client': (folder) => [execPath, join(folder, 'import.mjs')],
  'lorc --version': () => [execPath, LORC, '--version'],
  'lorc run': () => [execPath, LORC, 'run', 'recipe.yaml'],
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

const RECIPE = `test_meta: { name: nothing }
steps:
  - { name: nothing, type: node, module: steps/nothing.mjs, function: run }
`
