import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const lorc = join(root, 'packages/cli/dist/lorc.js')
const modules = join(root, 'examples/policy/modules')

const hasPython = spawnSync('python3', ['--version']).status === 0

/** A recipe with a parameter of each kind; its step writes what it got into the context. */
const EVERY = `name: every
description: Takes a parameter of each kind.
params:
  type: object
  required: [name, kind, day, range]
  properties:
    name: { type: string, minLength: 2, pattern: '^[a-z]+$', description: Who it is for }
    kind: { type: string, enum: [daily, weekly] }
    day: { type: string, format: date }
    at: { type: string, format: date-time }
    mail: { type: string, format: email }
    days: { type: integer, default: 7, minimum: 1, maximum: 31 }
    rate: { type: number, exclusiveMinimum: 0 }
    dry: { type: boolean, default: true }
    loud: { type: boolean }
    notes: { type: string, default: "Dear all,\\nall is well." }
    tags: { type: array, items: { type: string }, minItems: 1, default: [a] }
    sizes: { type: array, items: { type: integer } }
    regions: { type: array, items: { type: string, enum: [north, south, east] } }
    rows: { type: array, items: { type: object } }
    extra: { type: object, additionalProperties: { type: number } }
    limit: { type: [integer, 'null'], default: null }
    range:
      type: object
      required: [from]
      properties:
        from: { type: integer, minimum: 0 }
        to: { type: integer, default: 9 }
steps:
  - name: keep
    type: node
    module: steps.ts
    function: keep
    args: { params: '\${{ params }}' }
  - { name: after, type: node, module: steps.ts, function: nothing }
`
const BROKEN = 'name: broken\nsteps:\n  - { name: a, type: node, module: none.ts, function: f }\n'
const STEPS = `export const keep = (ctx, { params }) => ctx.set('demo.params_v1', params)
export const nothing = () => {}
`

export interface RealService {
  url: string
  /** What the context of a run holds under a key. */
  written(runId: string, key: string): Promise<unknown>
  /** Names of the modules that are well. */
  modules: readonly string[]
  close(): Promise<void>
}

/** `lorc serve` as it is built, with the jobs of the examples, a recipe with every kind of parameter, and the modules of `examples/policy`. */
export async function realService(): Promise<RealService> {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'lorc-start-')))
  const simulator = await service(process.execPath, [join(modules, 'policy-simulator.ts'), '0'])
  const agent = hasPython ? await service('python3', [join(modules, 'strategy_agent.py'), '0']) : undefined
  const urls = { 'policy-simulator': simulator.url, ...(agent && { 'strategy-agent': agent.url }) }
  const files = {
    'package.json': JSON.stringify({ type: 'module', dependencies: { '@lorc-examples/ingester': '0.1.0' } }),
    'lorc.config.json': JSON.stringify({ modules: Object.fromEntries(Object.entries({ ...urls, gone: 'http://127.0.0.1:1' }).map(([name, url]) => [name, { url }])) }),
    'recipes/every.yaml': EVERY,
    'recipes/broken.yaml': BROKEN,
    'steps.ts': STEPS,
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, name)), { recursive: true })
    await writeFile(join(workspace, name), text)
  }
  await mkdir(join(workspace, 'node_modules/@lorc-examples'), { recursive: true })
  await symlink(join(root, 'examples/ingester'), join(workspace, 'node_modules/@lorc-examples/ingester'), 'dir')
  const served = await service(process.execPath, [lorc, 'serve', '--port', '0', '--json'], workspace)
  return {
    url: served.url,
    modules: Object.keys(urls),
    async written(runId, key) {
      const answer = await fetch(`${served.url}/runs/${runId}/context?key=${key}`)
      return ((await answer.json()) as { keys: Record<string, { value: unknown }> }).keys[key]?.value
    },
    async close() {
      await Promise.all([served, simulator, ...(agent ? [agent] : [])].map(ended))
      await rm(workspace, { recursive: true, force: true })
    },
  }
}

interface Started {
  child: ChildProcess
  url: string
}

/** Starts a process, and waits until it says at which address it listens. */
async function service(program: string, args: readonly string[], cwd?: string): Promise<Started> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(cwd !== undefined && { cwd }) })
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (line: string): void => {
      said += `${line}\n`
      const found = /(?:listens on |"url":")(http[^"\s]+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    }
    createInterface(child.stdout).on('line', hear)
    createInterface(child.stderr).on('line', hear)
    child.once('close', () => reject(new Error(`${program} ${args.join(' ')} ended: ${said}`)))
  })
  return { child, url }
}

async function ended({ child }: Started): Promise<void> {
  const over = once(child, 'close')
  child.kill('SIGTERM')
  await over
}
