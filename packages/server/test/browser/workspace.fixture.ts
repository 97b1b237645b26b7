import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createServer, type LorcServer } from '../../src/lib/server.ts'

const STEPS = `
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const root = import.meta.dirname
export async function work(ctx, { ms = 0, key, value, say, fail, gate }) {
  console.log(say ?? 'works')
  if (gate) {
    for (let i = 0; !existsSync(join(root, gate)); i++) {
      if (i < 3) console.log('waits, line ' + i)
      await sleep(10)
    }
    console.log('the gate is open')
  }
  await sleep(ms)
  if (key) ctx.set(key, value ?? { note: '<img src=x onerror="window.hit = 1">', list: [1, 2, 3] })
  if (fail) throw new Error('the upstream answered 503 <img src=x onerror="window.hit = 1">\\n' + 'and went on about it. '.repeat(400))
}
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAGUlEQVR42mNk+M9Qz0AEYBxVSF+FAACUpAIBp8q0dwAAAABJRU5ErkJggg=='
const BRIEF = [
  '# Brief', '', 'The **VAT** goes up. <script>window.hit = 1</script><img src=x onerror="window.hit = 1">', '',
  '| year | gdp |', '|---|---|', '| 2026 | 2.1 |', '', '[run it](javascript:window.hit=1) [more](https://example.org/)', '', '![a plot](plot.png)', '',
].join('\\n')
export async function files(ctx) {
  const out = join(root, 'out')
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'plot.png'), Buffer.from(PNG, 'base64'))
  writeFileSync(join(out, 'brief.md'), BRIEF)
  writeFileSync(join(out, 'kpis.json'), JSON.stringify({ gdp_growth: 0.02, years: [2026, 2027] }))
  writeFileSync(join(out, 'rows.csv'), 'country,"gdp, bn"\\nDR,"1,234"\\nES,1300\\n')
  writeFileSync(join(out, 'evil.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><script>window.hit = 1</script><rect width="60" height="60" fill="teal"/></svg>')
  writeFileSync(join(out, 'model.bin'), Buffer.from([0, 1, 2]))
  ctx.set('demo.kpis_v1', [{ country: 'DR', gdp: 2.1 }, { country: 'ES', gdp: 2.4 }])
  return { status: 'ok', outputs: ['demo.kpis_v1', ...['plot.png', 'brief.md', 'kpis.json', 'rows.csv', 'evil.svg', 'model.bin'].map((name) => 'out/' + name)] }
}
export function none(ctx, { fail }) {
  if (fail) throw new Error('no such part')
}
let tries = 0
export async function flaky(ctx) {
  if (++tries % 2 === 1) throw new Error('the connection was reset')
  ctx.set('demo.part_1_v1', { note: 'again', list: [1, 2, 4] })
}
`

const step = (name: string, args: string, more = ''): string => `  - { name: ${name}, type: node, module: steps.ts, function: work, args: { ${args} }${more} }\n`

const NIGHTLY = `name: nightly
description: Fetches what the day left, fits the model and publishes it.
params:
  days: { type: integer, default: 3, minimum: 1, maximum: 31, description: How many days back }
  country: { type: string, enum: [DR, ES], default: DR }
  dry: { type: boolean, default: false, description: Publish nothing }
steps:
${step('prepare', 'ms: 5, key: demo.part_1_v1')}${step('fetch_1', 'ms: 30, key: demo.part_2_v1', ', depends_on: [prepare]')}${step('fetch_2', 'ms: 60', ', depends_on: [prepare]')}${step('regions', "say: 'region ${{ item }}'", `, depends_on: [prepare], for_each: '\${{ ["north", "south"] }}'`)}  - { name: flaky, type: node, module: steps.ts, function: flaky, depends_on: [prepare], retry: { max: 2, delay_sec: 0.02 } }
  - { name: files, type: node, module: steps.ts, function: files, depends_on: [fetch_1, fetch_2] }
${step('model', 'ms: 5', ', depends_on: [files, flaky, regions]')}${step('publish', 'ms: 1', ", depends_on: [model], when: '${{ !params.dry }}'")}`

const FAILING = `name: failing\nsteps:\n${step('prepare', 'ms: 1')}${step('model', 'ms: 1, fail: true', ', retry: { max: 2, delay_sec: 0.02 }')}${step('publish', 'ms: 1')}`

const RELEASE = `name: release
params:
  version: { type: string, pattern: '^v\\d+$', description: What is released }
steps:
${step('build', 'ms: 1, key: demo.build_v1')}  - { name: consent, type: approval, message: "Release \${{ params.version }} to everybody?\\nIt cannot be taken back." }
${step('publish', 'ms: 1')}`

const HANDED = 'name: handed\nsteps:\n  - { name: hand_over, type: recipe, recipe: recipes/release.yaml, params: { version: v3 } }\n'

const TOLERANT = `name: tolerant\nsteps:\n${step('one', 'fail: true', ', continue_on_error: true')}${step('two', 'fail: true', ', continue_on_error: true')}${step('end', 'ms: 1')}`

const GATED = `name: gated\nsteps:\n${step('begin', 'ms: 1')}${step('wait', 'gate: gate')}${step('end', 'ms: 1')}`

/** Two steps, one of which has a name that hardly fits anywhere. */
const LONG = 'a_name_that_somebody_thought_would_explain_everything_there_is_to_know_about_a_step_of_a_recipe'
const SHORT = `name: ${LONG}\ndescription: ${'Nobody reads descriptions that are as long as this one is. '.repeat(3)}\nschedule: { cron: '30 3 * * 1-5', timezone: Europe/Madrid, catch_up: last }\nsteps:\n${step('begin', 'ms: 1')}${step(LONG, `ms: 1, key: demo.${LONG}_v1`)}`
const FANNED = `name: fanned\nsteps:\n${step('begin', 'ms: 1')}${Array.from({ length: 150 }, (_, i) => `  - { name: part_${i}, type: node, module: steps.ts, function: none, depends_on: [begin], args: { fail: ${i === 77} } }\n`).join('')}${step('end', 'ms: 1')}`
const BAD = 'name: bad\nschedule: { cron: "61 * * * *" }\nsteps:\n  - { name: a, type: node, module: steps.ts, function: work }\n'

const FILES = { 'steps.ts': STEPS, 'recipes/nightly.yaml': NIGHTLY, 'recipes/failing.yaml': FAILING, 'recipes/release.yaml': RELEASE, 'recipes/gated.yaml': GATED, 'recipes/handed.yaml': HANDED, 'recipes/tolerant.yaml': TOLERANT, 'recipes/short.yaml': SHORT, 'recipes/fanned.yaml': FANNED, 'recipes/bad.yaml': BAD, 'package.json': '{"type":"module"}' }

/** A service in a folder with recipes whose steps do something, and nothing but this package's own code. */
export interface LiveWorkspace {
  server: LorcServer
  url: string
  folder: string
  /** Starts a run; resolves with its id, once it has ended where `ended` says so. */
  run(recipe: string, params?: object, options?: { ended?: boolean }): Promise<string>
  close(): Promise<void>
}

/** `prepare` may put more into the folder before the service starts. */
export async function liveWorkspace(prepare: (folder: string) => void = () => {}): Promise<LiveWorkspace> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-dashboard-')))
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  await mkdir(join(folder, '.lorc'), { recursive: true })
  prepare(folder)
  const server = await createServer({ workspace: folder, version: '1.2.3', runner: { concurrency: 4 }, store: { kind: 'sqlite', durability: 'process' } })
  const { url } = await server.listen({ port: 0 })
  return {
    server,
    url,
    folder,
    async run(recipe, params = {}, { ended = true } = {}) {
      const answer = await fetch(`${url}/recipes/${recipe}/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ params }) })
      const { run_id: id } = (await answer.json()) as { run_id: string }
      if (ended) for await (const event of server.runner.events(id, { follow: true })) void event
      return id
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
