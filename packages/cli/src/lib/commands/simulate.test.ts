import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttemptRecord } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDurations } from '../durations-file.ts'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf, planOf, RUN_ID } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-simulate-')))
})
afterEach(() => rm(folder, { recursive: true }))

const plan = planOf(
  { name: 'load', stage: 0 },
  ...['a', 'b', 'c', 'long'].map((name) => ({ name, stage: 1 })),
  { name: 'sum', stage: 2 },
)

function attempt(step: string, ms: number): AttemptRecord {
  return { runId: RUN_ID, name: 'demo', step, attempt: 1, status: 'completed', startedAt: 0, endedAt: ms, metrics: null, errorCode: null }
}

async function lorc(words: string[], attempts: AttemptRecord[] = [], simulated = plan) {
  const io = fakeIo({ cwd: folder })
  const engine = engineOf({ compile: async () => ({ plan: simulated, recipe: { path: 'r', sha256: '' } }), store: { attempts: async () => attempts } })
  const exit = await main(words, { io, engine, version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text, opened: engine.opened.length }
}

describe('simulate', () => {
  it('predicts from the durations of past runs', async () => {
    const past = [attempt('load', 60_000), attempt('a', 10_000), attempt('b', 10_000), attempt('c', 10_000), attempt('long', 40_000)]
    const { exit, stdout } = await lorc(['simulate', 'r.yaml', '--slots', '2'], past)
    expect([exit, stdout]).toEqual([
      0,
      `demo: 6 steps on 2 slots
takes       1m 50s; no order of steps could take less than 1m 50s
slots       busy 64% of the time, with 2m 20s of work
one more    on 3 slots: the same
one fewer   on 1 slot: 2m 20s, costs 30.0s (27%)
bottleneck  the longest chain of steps: make those faster, more slots save nothing
chain       load 1m 00s > long 40.0s > sum 10.0s: 1m 50s with any number of slots
busiest     wave 2 of 3: 4 steps, 1m 10s of work (50% of all), from 1m 00s to 1m 40s
order       longest remaining path first
assumed     10.0s, the median of the others, for what nothing is known of: sum
`,
    ])
  })

  it('takes a `for_each` step to have the items that it had, and keeps to the limits of groups', async () => {
    const steps = [
      { name: 'load', stage: 0 },
      { name: 'each', stage: 1, forEach: { items: 'ctx.a.rows_v1', maxParallel: 2 } },
      { name: 'b', stage: 2, concurrencyGroup: { name: 'db', limit: 1 } },
      { name: 'c', stage: 2, concurrencyGroup: { name: 'db', limit: 1 } },
    ]
    const items = Array.from({ length: 6 }, (_, i) => attempt(`each[${i}]`, 1000))
    const lines = async (...seconds: number[]): Promise<string> => {
      const past = [attempt('load', 1000), ...items, attempt('b', seconds[0]! * 1000), attempt('c', seconds[1]! * 1000)]
      return (await lorc(['simulate', 'r.yaml', '-j', '4'], past, planOf(...steps))).stdout
    }
    const even = await lines(1, 1)
    expect(even).toContain('demo: 9 steps on 4 slots\ntakes       6.0s; no order of steps could take less than 5.0s\n')
    expect(even).toContain('bottleneck  the `max_parallel` of a `for_each` step: more slots save nothing there\n')
    expect(even).toContain('items       each 6 of 1.0s\n')
    steps.splice(1, 1)
    items.length = 0
    expect(await lines(20, 30)).toContain(
      'bottleneck  the concurrency group db: 50.0s of work, 1 step at once; more slots save nothing there\n',
    )
  })

  it('takes the items that are asked for, or that the recipe lists where the durations are those of a file', async () => {
    const steps = [{ name: 'load', stage: 0 }, { name: 'each', stage: 1, forEach: { items: '[1, 2, 3]' } }, { name: 'rows', stage: 2, forEach: { items: 'ctx.a.rows_v1' } }]
    await writeFile(join(folder, 'd.json'), JSON.stringify({ load: 1, each: 10, rows: 100 }))
    const takes = async (...words: string[]): Promise<string> => /takes +(.*);/.exec((await lorc(['simulate', 'r.yaml', '-j', '1', ...words], [attempt('load', 1000), attempt('each[0]', 10_000)], planOf(...steps))).stdout)?.[1] ?? ''
    expect(await takes('--durations', 'd.json')).toBe('2m 11s')
    expect(await takes('--durations', 'd.json', '--items', 'rows=3')).toBe('5m 31s')
    expect(await takes('--items', 'each=5', '--items', 'rows=0')).toBe('51.0s')
    const refused = async (items: string): Promise<string> => (await lorc(['simulate', 'r.yaml', '--durations', 'd.json', '--items', items], [], planOf(...steps))).stderr
    expect(await refused('load=3')).toContain('has no step with `for_each` called `load`')
    expect(await refused('row=3')).toContain('did you mean `rows`?')
    expect(await refused('rows=-1')).toContain('--items rows is a whole number')
  })

  it('predicts from a file of durations, JSON or CSV, and says what it does not use', async () => {
    await writeFile(join(folder, 'd.json'), JSON.stringify({ load: 1, a: 1, b: 1, c: 1, long: 1, sum: 1, lond: 3 }))
    await writeFile(join(folder, 'd.csv'), 'step,seconds\nload,1\na,1\nb,1\n"c",1\nlong,1\nsum,1\n')
    const json = await lorc(['simulate', 'r.yaml', '-j', '1', '--durations', 'd.json', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'demo', slots: 1, makespan_ms: 6000, one_more_ms: 4000, one_fewer_ms: null, widest: 4 })
    expect(json.stderr).toBe('note: demo has no step `lond` (did you mean `load`?): 1 duration not used.\n')
    expect(json.opened).toBe(0)
    const csv = await lorc(['simulate', 'r.yaml', '-j', '1', '--durations', 'd.csv'])
    expect(csv.stdout).toContain('bottleneck  slots: 3.0s longer than the longest chain; 4 steps could run at once\n')
    expect(csv.stderr).toBe('')
  })

  it('refuses to predict from nothing', async () => {
    const none = await lorc(['simulate', 'r.yaml'])
    expect([none.exit, none.stderr]).toEqual([2, expect.stringContaining('error[CLI_DURATIONS_UNKNOWN]: no run of `demo`')])
    await writeFile(join(folder, 'd.json'), '{"x": 1}')
    const foreign = await lorc(['simulate', 'r.yaml', '--durations', 'd.json'])
    expect(foreign.stderr).toContain('error[CLI_DURATIONS_INVALID]: --durations: d.json names no step of `demo`.')
    const gone = await lorc(['simulate', 'r.yaml', '--durations', 'gone.csv'])
    expect(gone.stderr).toContain('error[CLI_FILE_MISSING]: --durations: gone.csv cannot be read.')
  })
})

describe('a file of durations', () => {
  it.each([
    ['d.json', '{', 'it is not JSON'],
    ['d.json', '[1]', 'it is not a JSON object'],
    ['d.json', '{}', 'it holds no duration'],
    ['d.json', '{"a": "1"}', '$["a"]: the duration of step `a` is not a number'],
    ['d.csv', 'a,1\na,2', 'line 2: step `a` is there twice'],
    ['d.csv', 'a,1\nb', 'line 2: the duration of step `b` is not'],
    ['d.csv', 'a,-1', 'line 1: the duration of step `a` is not'],
  ])('%s with %j is refused', (file, text, message) => {
    expect(() => parseDurations(text, file)).toThrow(message)
  })

  it('may have commas in names', () => {
    expect([...parseDurations('a,b,2\n\nc , 3\n', 'd.csv')]).toEqual([['a,b', 2000], ['c', 3000]])
  })
})
