import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Effect } from '../crash/site.ts'
import { Workspace } from '../lorc.fixture.ts'

/** Every step appends a line when it is run, before it does anything else. */
const STEPS = `
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

function effect({ name, attempt, idempotencyKey, workspace }) {
  appendFileSync(join(workspace, 'effects'), name + ' ' + attempt + ' ' + idempotencyKey + '\\n')
}
export async function work(ctx, { ms }, step) {
  effect(step)
  await sleep(ms)
  ctx.set('soak.' + step.name + '_v1', { ms })
}
export function rows(ctx, params, step) {
  effect(step)
  ctx.set('soak.rows_v1', [1, 2, 3])
}
export async function item(ctx, params, step) {
  effect(step)
  if (step.index === 1 && step.attempt === 1) throw new Error('not yet')
  ctx.set('soak.item_v1', { of: step.item })
}
export function flaky(ctx, params, step) {
  effect(step)
  if (step.attempt === 1) throw new Error('not yet')
  ctx.set('soak.flaky_v1', step.attempt)
}
`

/** A job that emits three events. */
const JOB = `
import { appendFileSync } from 'node:fs'
export async function work({ events, run }) {
  appendFileSync('effects', 'work ' + run.attempt + ' ' + run.idempotencyKey + '\\n')
  for (let i = 0; i < EVENTS; i++) events.emit({ type: 'soak.worked', source: 'soak', payload: { i } })
  await events.flush()
}
`
export const EVENTS_OF_A_JOB = 3

const node = (name: string, code: string, more = ''): string => `  - { name: ${name}, type: node, module: steps.mjs, function: ${code}${more} }\n`
const work = (name: string, more = ''): string => node(name, 'work', `, args: { ms: '\${{ params.ms }}' }${more}`)
const recipe = (name: string, ...steps: string[]): string => `name: ${name}\nparams:\n  ms: { type: integer }\nsteps:\n${steps.join('')}`

const FILES = {
  'steps.mjs': STEPS,
  'steps.sh': `printf '%s %s %s\\n' "$LORC_STEP" "$LORC_ATTEMPT" "$LORC_IDEMPOTENCY_KEY" >> "$LORC_WORKSPACE/effects"\necho '{"status":"ok","outputs":[]}'\n`,
  'recipes/chain.yaml': recipe('chain', work('first'), work('second'), work('third')),
  'recipes/fan.yaml': recipe(
    'fan',
    work('load'),
    ...['left', 'middle', 'right'].map((name) => work(name, ', depends_on: [load]')),
    work('gather', ', depends_on: [left, middle, right]'),
  ),
  'recipes/items.yaml': recipe(
    'items',
    node('rows', 'rows'),
    node('each', 'item', ', for_each: ctx.soak.rows_v1, retry: { max: 3, delay_sec: 0.02 }'),
    work('last'),
  ),
  'recipes/flaky.yaml': recipe('flaky', node('flaky', 'flaky', ', retry: { max: 3, delay_sec: 0.02 }'), work('last')),
  'recipes/shell.yaml': recipe('shell', '  - { name: only, type: shell, script: steps.sh }\n'),
  'recipes/ask.yaml': recipe('ask', work('before'), '  - { name: ok, type: approval, message: Go on? }\n', work('after')),
  'package.json': JSON.stringify({ dependencies: { soak: '1.0.0' } }),
  'node_modules/soak/package.json': JSON.stringify({ name: 'soak', version: '1.0.0', lorc: { jobs: { work: './jobs.mjs#work' } } }),
  'node_modules/soak/jobs.mjs': JOB.replace('EVENTS', String(EVENTS_OF_A_JOB)),
}

/** A workspace with recipes, a job and two modules, all of which tell what they did. */
export class SoakSite {
  readonly workspace: Workspace
  readonly #called: Effect[] = []
  readonly #module = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const said = request.method === 'POST' ? this.#execute(JSON.parse(body) as Call) : { status: 'ok' }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(said))
    })
  })

  private constructor(workspace: Workspace) {
    this.workspace = workspace
  }

  static async make(): Promise<SoakSite> {
    const site = new SoakSite(await Workspace.make(FILES))
    await new Promise<void>((resolve) => site.#module.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(site.#module.address() as AddressInfo).port}`
    const module = (name: string): string => `  ${name}: { url: '${url}', timeout: 20s, retries: 2 }\n`
    const settings = `server: { limits: { driven: 32 }, stopSec: 5 }\ngraceSec: 1\nmodules:\n${module('first')}${module('second')}`
    await site.workspace.write('lorc.config.yaml', settings)
    return site
  }

  get folder(): string {
    return this.workspace.folder
  }

  /** What steps and modules did, in the order in which each kind did it; by the run that it was for. */
  async effects(): Promise<Map<string, Effect[]>> {
    const text = await readFile(`${this.folder}/effects`, 'utf8').catch(() => '')
    const written = text.split('\n').slice(0, -1).map((line): Effect => {
      const [step = '', attempt, key = ''] = line.split(' ')
      return { step, attempt: Number(attempt), key }
    })
    return Map.groupBy([...written, ...this.#called], ({ key }) => key.split('/')[0] ?? '')
  }

  async remove(): Promise<void> {
    this.#module.closeAllConnections()
    this.#module.close()
    await this.workspace.remove()
  }

  #execute({ metadata }: Call): object {
    this.#called.push({ step: metadata.step, attempt: metadata.attempt, key: metadata.idempotency_key })
    return { status: 'ok', module: metadata.step, outputs: { at: this.#called.length } }
  }
}

/** What a module is asked. */
interface Call {
  metadata: { step: string; attempt: number; idempotency_key: string }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
