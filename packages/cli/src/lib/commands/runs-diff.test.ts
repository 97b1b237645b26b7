import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@lorc/runner'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { planOf } from '../scripted-run.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-diff-')))
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

const plan = planOf('load', 'stats', 'report')
const good = { load: () => ({ 'demo.rows_v1': [1, 2, 3] }), stats: () => ({ 'demo.sum_v1': 6 }) }

/** Without ids, times and the head. */
async function diff(...options: string[]): Promise<string> {
  const { exit, stdout } = await runs.lorc('runs', 'diff', ...options)
  expect(exit).toBe(0)
  return stdout.split('\n').slice(2).join('\n').replaceAll(/[\d.]+m?s\b/g, '#')
}

it('says that nothing differs', async () => {
  runs.work = good
  const a = await runs.run(plan)
  const b = await runs.run(plan)
  expect(await diff(a.runId, b.runId)).toMatch(
    /^\nplan +same\ncode +same\nparams +same\nenvironment +same\ncontext +same\nartifacts +same\nsteps +same\ntiming +# → #\n/,
  )
})

it('names what the others may come from, the first step that came to something else, and all that differs', async () => {
  runs.work = good
  const a = await runs.run(plan, { params: { day: 'mon', deep: { list: [1, 2] } } })
  runs.work = {
    load: () => ({ 'demo.rows_v1': [1, 2, 4], 'demo.note_v1': { 'a b': true } }),
    stats: () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no' } }),
  }
  const changed = planOf('load', { name: 'stats', timeoutMs: 5000 }, 'chart')
  const b = await runs.run(changed, { params: { day: 'tue', deep: { list: [1] } } }, { versions: { lorc: '9.9.9' } })
  const shown = await diff(a.runId, b.runId)
  expect(shown).toMatchInlineSnapshot(`
    "
    first cause   params: day "mon" → "tue"
    first effect  step load: wrote demo.rows_v1 $[2]: 3 → 4

    plan          3 differences
      step stats   $.timeoutMs: only in B: 5000
      step report  only in A: {"stage":2,"type":"node"}
      step chart   only in B: {"stage":2,"type":"node"}
    code          same
    params        2 differences
      day   "mon" → "tue"
      deep  $.list[1]: only in A: 2
    environment   1 difference
      version of lorc  only in B: "9.9.9"
    context       3 differences
      demo.rows_v1  $[2]: 3 → 4
      demo.sum_v1   only in A: 6
      demo.note_v1  only in B: {"a b":true}
    artifacts     same
    steps         3 differences
      stats   "completed" → "failed (STEP_FAILED)"
      report  only in A: "completed"
      chart   only in B: "blocked"
    timing        # → #
    "
  `)
  const { stdout } = await runs.lorc('runs', 'diff', a.runId, b.runId, '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    a: a.runId,
    b: b.runId,
    first_cause: { section: 'params', name: 'day', path: '$', a: 'mon', b: 'tue' },
    first_effect: { step: 'load', name: 'wrote demo.rows_v1', path: '$[2]', a: 3, b: 4 },
    params: [
      { name: 'day', path: '$', a: 'mon', b: 'tue' },
      { name: 'deep', path: '$.list[1]', a: 2, b: null },
    ],
    environment: [{ name: 'version of lorc', a: null, b: '9.9.9' }],
    steps: [
      { name: 'stats', a: 'completed', b: 'failed (STEP_FAILED)' },
      { name: 'report', a: 'completed', b: null },
      { name: 'chart', a: null, b: 'blocked' },
    ],
  })
})

it('looks for the cause in the step that first came to something else, and in its code, then in what is of the whole run', async () => {
  await writeFile(join(folder, 'stats.ts'), 'export default 1')
  const old = planOf('load', { name: 'stats', module: 'stats.ts' })
  runs.work = good
  const a = await runs.run(old)
  await writeFile(join(folder, 'stats.ts'), 'export default 2')
  runs.work = { ...good, stats: () => ({ 'demo.sum_v1': 7 }) }
  const changed = { ...planOf({ name: 'load', timeoutMs: 5 }, { name: 'stats', module: 'stats.ts' }), concurrency: 3 }
  const b = await runs.run(changed)
  expect(await diff(a.runId, b.runId)).toMatch(/^\nfirst cause {3}code: stats\.ts .*\nfirst effect {2}step stats: wrote demo\.sum_v1 /)
  await writeFile(join(folder, 'stats.ts'), 'export default 1')
  expect(await diff(a.runId, (await runs.run(changed)).runId)).toMatch(/^\nfirst cause {3}plan: concurrency only in B: 3\n/)
})

it('names a file of code that changed, and a changed order of steps', async () => {
  await writeFile(join(folder, 'load.ts'), 'export default 1')
  const code = planOf({ name: 'load', module: 'load.ts' }, 'stats')
  const a = await runs.run(code)
  await writeFile(join(folder, 'load.ts'), 'export default 2')
  const b = await runs.run(code)
  expect(await diff(a.runId, b.runId)).toMatch(/^\nfirst cause {3}code: load\.ts [0-9a-f]{12} → [0-9a-f]{12}\n\n/)
  const turned = await runs.run({ ...code, steps: [code.steps[1]!, code.steps[0]!].map((step, stage) => ({ ...step, stage })) })
  expect(await diff(b.runId, turned.runId)).toContain('  order of steps  $[0]: "load" → "stats"')
})

it('says so when nothing that is recorded explains it, and what took longer', async () => {
  runs.work = good
  const a = await runs.run(plan)
  runs.work = { ...good, load: () => ({ 'demo.rows_v1': [9] }) }
  const b = await runs.run(plan)
  expect(await diff(a.runId, b.runId)).toContain(
    'first effect  step load: wrote demo.rows_v1 $[0]: 1 → 9\n              nothing that lorc records differs before it',
  )
})

it('compares what steps returned, where any did', async () => {
  const returning = (result: JsonValue) => ({ load: () => ({ status: 'ok' as const, outputs: null, meta: { result } }) })
  runs.work = returning({ orders: 3, by: 'x' })
  const a = await runs.run(plan)
  runs.work = returning({ orders: 4, by: 'x' })
  const b = await runs.run(plan)
  const shown = await diff(a.runId, b.runId)
  expect(shown).toContain('first effect  step load: returned $.orders: 3 → 4\n')
  expect(shown).toContain('results       1 difference\n  load  $.orders: 3 → 4\nsteps         same\n')
  const { stdout } = await runs.lorc('runs', 'diff', a.runId, b.runId, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ same: false, results: [{ name: 'load', path: '$.orders', a: 3, b: 4 }] })
})

it('shows which steps took more or less time', async () => {
  const late = (ms: number): void => {
    const until = performance.now() + ms
    while (performance.now() < until);
  }
  const a = await runs.run(plan)
  runs.work = { load: () => (late(60), {}) }
  const b = await runs.run(plan)
  expect(await diff(a.runId, b.runId)).toMatch(/timing +# → #\n {2}load {2}# → # {2}\+#\n$/)
  expect(await diff(b.runId, a.runId)).toMatch(/timing +# → #\n {2}load {2}# → # {2}-#\n$/)
})

it('cuts a long list short', async () => {
  const many = (count: number): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, i]))
  const a = await runs.run(plan, { params: many(0) })
  const b = await runs.run(plan, { params: many(20) })
  expect(await diff(a.runId, b.runId)).toMatch(/params +20 differences\n {2}p0 +only in B: 0\n[^]* {2}p19 [^\n]+\n {2}and 8 more; --json has all\n/)
  expect((await runs.lorc('runs', 'diff', 'zz', b.runId)).exit).toBe(2)
})
