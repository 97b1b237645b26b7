import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanStep, StepState } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf, planOf, RUN_ID, runnerOf, stateOf, viewOf } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-graph-')))
})
afterEach(() => rm(folder, { recursive: true }))

type Step = string | (Partial<PlanStep> & { name: string })

async function lorc(words: string[], steps: Step[], states: StepState[] = []) {
  const plan = planOf(...steps)
  const engine = engineOf({
    compile: async () => ({ plan, recipe: { path: 'demo.yaml', sha256: '' } }),
    runner: runnerOf({ view: async () => viewOf({ plan, steps: states }) }),
    store: { get: async (id) => (id === RUN_ID ? ({ runId: RUN_ID } as never) : undefined), list: async () => [{ runId: RUN_ID }] as never },
  })
  const io = fakeIo({ cwd: folder })
  const exit = await main(['graph', ...words], { io, engine, version: '1' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

const SPECIAL: Step[] = [
  { name: 'ask', type: 'approval' },
  { name: 'sub', type: 'recipe', dependsOn: ['ask'] },
  { name: 'call', type: 'http', when: 'true', dependsOn: ['ask'] },
  { name: 'each', forEach: { items: '[1]' } },
  { name: 'mail', phase: 'on_failure', stage: 0 },
]
const WIDE: Step[] = Array.from({ length: 6 }, (_, i) => ({ name: `s${i}`, stage: i < 3 ? 0 : 1 }))

describe('mermaid', () => {
  it('shows a recipe with the kinds of its steps, and when later phases begin', async () => {
    expect((await lorc(['demo.yaml'], SPECIAL)).stdout).toBe(`flowchart TD
  n0{{"ask<br/><small>approval</small>"}}
  n1[["sub<br/><small>recipe</small>"]]
  n2(["call #63;<br/><small>http</small>"])
  n3[["each<br/><small>items, node</small>"]]
  n4["mail<br/><small>node</small>"]
  n5{{"if it failed"}}
  n1 --> n3
  n2 --> n3
  n0 --> n1
  n0 --> n2
  n3 --> n5
  n5 --> n4
`)
  })

  it('shows a run with what became of its steps, in either direction, and joins', async () => {
    const states = WIDE.map((step, i) => stateOf(typeof step === 'string' ? step : step.name, { status: i === 0 ? 'failed' : 'completed' }))
    const { stdout } = await lorc(['last', '--direction', 'right'], WIDE, states)
    expect(stdout).toMatch(/^flowchart LR\n {2}n0\["s0<br\/><small>failed 1\.2s<\/small>"\]:::failed\n/)
    expect(stdout).toContain('  n6(( ))\n')
    expect(stdout).toContain('  classDef failed ')
  })

  it('counts the items of a for_each step', async () => {
    const states = [
      stateOf('each', { items: 3, status: 'failed' }),
      ...['completed', 'completed', 'failed'].map((status, i) => stateOf(`each[${i}]`, { itemOf: 'each', status: status as StepState['status'] })),
    ]
    const { stdout } = await lorc([RUN_ID], [{ name: 'each', forEach: { items: 'x' } }], states)
    expect(stdout).toContain('<small>3 items, 2 completed, 1 failed</small>')
  })

  it('lets no name break out of its place', async () => {
    const { stdout } = await lorc(['demo.yaml'], ['a"]; click n0 "javascript:x" <b>'])
    expect(stdout).not.toMatch(/javascript:|<b>|a"/)
  })
})

describe('dot', () => {
  it('shows shapes, colours and joins, with names quoted', async () => {
    const run = await lorc(['last', '--format', 'dot'], ['a"b\\', 'c'], [stateOf('a"b\\', { status: 'failed' })])
    expect(run.stdout).toContain('digraph "demo" {\n  rankdir=TB\n')
    expect(run.stdout).toContain('n0 [label="a\\"b\\\\\\nfailed 1.2s", fillcolor="#ffd9d6"]')
    const recipe = await lorc(['demo.yaml', '--format', 'dot', '--direction', 'right'], [...SPECIAL, ...WIDE])
    expect(recipe.stdout).toMatch(/rankdir=LR[^]*shape=hexagon[^]*shape=folder[^]*shape=box3d[^]*label="if it failed", shape=diamond/)
    expect((await lorc(['demo.yaml', '--format', 'dot'], WIDE)).stdout).toContain('shape=point')
  })
})

describe('svg', () => {
  it('is a picture that stands alone, with every step in the order of time', async () => {
    const { stdout } = await lorc(['demo.yaml', '--format', 'svg'], SPECIAL)
    expect(stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*viewBox="0 0 \d+ \d+"[^]*prefers-color-scheme: dark[^]*<\/svg>\n$/)
    const y = (name: string): number => Number(new RegExp(`y="([\\d.]+)">${name}<`).exec(stdout)?.[1])
    expect(y('ask')).toBeLessThan(y('sub'))
    expect(y('sub')).toBeLessThan(y('each'))
  })

  it('goes to the right, marks states, and keeps the order of the plan among neighbours', async () => {
    const names = ['a', 'b', 'c', 'd']
    const steps: Step[] = ['root', ...names.map((name) => ({ name, dependsOn: ['root'] })), { name: 'end', dependsOn: names }]
    const { stdout } = await lorc(['last', '--format', 'svg', '--direction', 'right'], steps, [stateOf('b', { status: 'failed' })])
    expect(stdout).toContain('<g class="failed">')
    const at = names.map((name) => Number(new RegExp(`y="([\\d.]+)">${name}<`).exec(stdout)?.[1]))
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    const down = await lorc(['demo.yaml', '--format', 'svg'], steps)
    const x = names.map((name) => Number(new RegExp(`<text class="title" x="([\\d.]+)" y="[\\d.]+">${name}<`).exec(down.stdout)?.[1]))
    expect(x).toEqual(x.toSorted((a, b) => a - b))
  })

  it('escapes names', async () => {
    const { stdout } = await lorc(['demo.yaml', '--format', 'svg'], ['<script>&"\u0000'])
    expect(stdout).toContain('&lt;script&gt;&amp;&quot;')
    expect(stdout).not.toContain('<script')
    expect(stdout).not.toContain('\u0000')
  })
})

describe('what is drawn', () => {
  it('is in groups where there are many steps, but for json and --all', async () => {
    const steps = Array.from({ length: 300 }, (_, i) => ({ name: `s${i}`, dependsOn: [] }))
    const folded = await lorc(['demo.yaml'], steps)
    expect(folded.stdout).toBe('flowchart TD\n  n0[["s0 … s299<br/><small>300 steps, node</small>"]]\n')
    expect((await lorc(['demo.yaml', '--all'], steps)).stdout.split('\n')).toHaveLength(302)
    const json = JSON.parse((await lorc(['demo.yaml', '--format', 'json'], [...steps, { name: 'z', stage: 0, dependsOn: ['s0'] }])).stdout) as object
    expect(json).toMatchObject({ name: 'demo', edges: [{ from: 0, to: 300 }] })
    expect(json).toHaveProperty('nodes.300', {
      id: 300, kind: 'step', label: 'z', size: 1, items: null, type: 'node', phase: 'main', status: null, counts: null, took_ms: null, conditional: false, for_each: false,
    })
  })

  it('goes to the file that is named, whose folders are made, or it is said why not', async () => {
    expect(await lorc(['demo.yaml', '-o', 'out/plan.mmd'], ['a'])).toEqual({ exit: 0, stdout: '', stderr: '' })
    expect(await readFile(join(folder, 'out/plan.mmd'), 'utf8')).toContain('flowchart')
    const refused = await lorc(['demo.yaml', '-o', 'out'], ['a'])
    expect([refused.exit, refused.stderr]).toEqual([1, expect.stringMatching(/^error\[CLI_OUTPUT_FAILED\]: `out` cannot be written: EISDIR/) as string])
  })

  it('is a recipe where there is such a file, else a run', async () => {
    await writeFile(join(folder, 'nightly'), '')
    expect((await lorc(['nightly'], ['a'])).stdout).toContain('<small>node</small>')
    expect((await lorc(['last'], ['a'], [stateOf('a')])).stdout).toContain('completed')
    expect((await lorc(['run_nope'], ['a'])).stderr).toContain('CLI_RUN_UNKNOWN')
  })
})
