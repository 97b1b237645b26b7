import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type EventData, forecast } from '@lorc/runner'
import { afterEach, describe, expect, it } from 'vitest'
import { CliError } from '../errors.ts'
import { fakeIo, type FakeIo } from '../fake-io.fixture.ts'
import {
  completed,
  CREATED,
  DRIVER,
  failed,
  handleOf,
  journalOf,
  planOf,
  RUN_ID,
  started,
} from '../scripted-run.fixture.ts'
import { reportOf } from './error-report.ts'
import { JsonLines } from './json-lines.ts'
import { LiveView } from './live-view.ts'
import { PlainLines } from './plain-lines.ts'
import { createReporter } from './reporter.ts'
import type { ReporterOptions, RunReporter } from './run-reporter.ts'
import type { Past } from './run-estimate.ts'
import { createStyle } from './style.ts'

const retry = { max: 2, delayMs: 0, backoff: 'fixed', factor: 1, maxDelayMs: 0, jitter: 0 } as const
const plan = planOf('load', { name: 'stats', retry }, 'report', 'chart', 'gone')
const story: EventData[] = [
  CREATED,
  DRIVER,
  { type: 'steps.skipped', steps: ['chart'], reason: '--skip' },
  started('load'),
  completed('load', { 'demo.rows_v1': null }),
  started('stats'),
  failed('stats', { retryInMs: 2000 }),
  started('stats', 2),
  failed('stats', { attempt: 2 }),
  { type: 'steps.blocked', steps: ['report'], by: 'stats' },
  { type: 'run.cancel_requested', by: 'me', reason: 'enough' },
  started('gone'),
  { type: 'step.interrupted', step: 'gone', attempt: 1 },
  started('gone', 2),
  { type: 'step.cancelled', step: 'gone', attempt: 2, reason: 'enough', metrics: null },
  { type: 'steps.cancelled', steps: ['report'], reason: 'enough' },
  { type: 'run.failed', step: 'stats', error: { code: 'STEP_FAILED', message: 'kaputt' } },
]

function options(io: FakeIo, more: Partial<ReporterOptions> = {}): ReporterOptions {
  return { io, style: createStyle(false), logFormat: 'text', quiet: false, debug: false, ...more }
}

/** With escape sequences as `<sequence>`. */
function readable(io: FakeIo): string {
  return io.stderr.text.replaceAll('\x1b[', '\x1b').replaceAll(ESCAPE, (found) => `<${found.slice(1)}>`)
}
const ESCAPE = new RegExp(`${String.fromCharCode(27)}[?\\d]*[a-zA-Z]`, 'g')

const BAR_HALF = '━'.repeat(12) + '─'.repeat(12)

function tell(reporter: RunReporter, live = true): void {
  reporter.begin(handleOf({ plan }))
  for (const event of journalOf(...story)) reporter.event(event, live)
  reporter.end()
}

it('the form follows the terminal, --log-format and --quiet', () => {
  const on = (tty: boolean, more: Partial<ReporterOptions> = {}, env = {}): RunReporter =>
    createReporter(options(fakeIo({ tty, env }), more))
  expect(on(true)).toBeInstanceOf(LiveView)
  expect(on(false)).toBeInstanceOf(PlainLines)
  expect(on(true, {}, { TERM: 'dumb' })).toBeInstanceOf(PlainLines)
  expect(on(true, {}, { CI: 'true' })).toBeInstanceOf(PlainLines)
  expect(on(true, {}, { CI: 'false' })).toBeInstanceOf(LiveView)
  expect(on(true, { quiet: true })).toBeInstanceOf(PlainLines)
  expect(on(true, { quiet: true }).listens).toBe(false)
  expect(on(true, { logFormat: 'json' })).toBeInstanceOf(JsonLines)
})

describe('plain lines', () => {
  it('tell in one line what happens to very many steps at once', () => {
    const io = fakeIo()
    const names = Array.from({ length: 21 }, (_, index) => `step_${index}`)
    const reporter = new PlainLines(options(io))
    reporter.begin(handleOf({ plan: planOf(...names) }))
    const all = { type: 'steps.cancelled', steps: names, reason: 'the run was cancelled' } satisfies EventData
    for (const event of journalOf(CREATED, DRIVER, all)) reporter.event(event, true)
    reporter.end()
    expect(io.stderr.text.split('\n').slice(1)).toEqual(['  cancelled  21 steps: the run was cancelled', ''])
  })

  it('name a time limit, not a person, as what ends a run', () => {
    const io = fakeIo()
    const reporter = new PlainLines(options(io))
    reporter.begin(handleOf({ plan }))
    const reason = 'The run took longer than its timeout of 2 s.'
    const ending = { type: 'run.cancel_requested', by: '_runner', reason, code: 'RUN_TIMEOUT' } satisfies EventData
    for (const event of journalOf(CREATED, DRIVER, ending)) reporter.event(event, true)
    reporter.end()
    expect(io.stderr.text.split('\n')[1]).toBe(`ending: ${reason}`)
  })

  it('tell what happens, a line each', () => {
    const io = fakeIo()
    tell(new PlainLines(options(io)))
    expect(io.stderr.text.split('\n')).toMatchInlineSnapshot(`
      [
        "demo: 5 steps, run_2026-01-09T12-34-56Z_ab12cd",
        "  skipped    chart: --skip",
        "  started    load",
        "  completed  load  100ms",
        "  started    stats  attempt 1 of 2",
        "  retrying   stats  attempt 1 of 2 failed: STEP_FAILED: kaputt; the next in 2.0s",
        "  started    stats  attempt 2 of 2",
        "  failed     stats  100ms  attempt 2 of 2: STEP_FAILED: kaputt",
        "  blocked    report  by stats",
        "cancel requested by me: enough",
        "  started    gone",
        "  waiting    gone: was interrupted",
        "  started    gone  attempt 2",
        "  cancelled  gone: enough",
        "  cancelled  report: enough",
        "failed in 1.5s: 1 completed, 1 failed, 2 cancelled, 1 skipped",
        "",
      ]
    `)
  })

  it('share a write within a turn of the event loop', async () => {
    const io = fakeIo()
    const reporter = new PlainLines(options(io))
    reporter.note('one')
    reporter.note('two')
    expect(io.stderr.text).toBe('')
    await nextTurn()
    expect(io.stderr.text).toBe('one\ntwo\n')
  })

  it('leave out what earlier drivers did', () => {
    const io = fakeIo()
    tell(new PlainLines(options(io)), false)
    expect(io.stderr.text).toBe(`demo: 5 steps, ${RUN_ID}\n`)
  })

  it('are only errors and notes when quiet', () => {
    const io = fakeIo()
    const reporter = new PlainLines(options(io, { quiet: true }))
    tell(reporter)
    reporter.error(reportOf(new CliError('CLI_KEY_UNKNOWN', 'm')))
    reporter.end()
    expect(io.stderr.text).toBe('error[CLI_KEY_UNKNOWN]: m\n')
  })

  it('tell what came from the cache', () => {
    const io = fakeIo()
    const reporter = new PlainLines(options(io))
    reporter.event(journalOf(DRIVER)[0]!, true)
    reporter.begin(handleOf({ plan }))
    const cached: EventData = {
      type: 'step.completed',
      step: 'load',
      attempt: 0,
      writes: {},
      outputs: [],
      artifacts: [],
      metrics: null,
      cached: 'k',
    }
    for (const event of journalOf(cached, started('unknown'))) reporter.event(event, true)
    reporter.end()
    expect(io.stderr.text).toContain('  completed  load  cached\n')
  })
})

it('count no attempts of a step that its items fail', () => {
  const io = fakeIo()
  const reporter = new PlainLines(options(io))
  const plan = planOf('a')
  reporter.begin(handleOf({ plan: { ...plan, steps: plan.steps.map((step) => ({ ...step, retry: { max: 2, delayMs: 0, backoff: 'fixed' as const, factor: 2, maxDelayMs: 0, jitter: 0 } })) } }))
  for (const event of journalOf({ type: 'step.expanded', step: 'a', items: [1] }, started('a[0]'), failed('a[0]'), failed('a'))) reporter.event(event, true)
  reporter.end()
  expect(io.stderr.text).toContain('attempt 1 of 2')
  expect(io.stderr.text).not.toContain('attempt 0')
})

it('tell what waits, what people did, and what steps print', () => {
  const io = fakeIo()
  const reporter = new PlainLines(options(io))
  reporter.begin(handleOf({ plan: planOf('a', 'b', 'c') }))
  const events: EventData[] = [
    { type: 'step.expanded', step: 'a', items: [1, 2] },
    started('a[1]'),
    completed('a[1]'),
    { type: 'step.waiting', step: 'b', group: 'db', limit: 1, holders: [{ runId: 'run_x', step: 'load' }] },
    { type: 'step.waiting', step: 'b', group: 'db', limit: 1, holders: [] },
    { type: 'approval.requested', step: 'c', message: 'go?', by: null, expiresAt: null },
    { type: 'approval.decided', step: 'c', approved: true, by: 'ana', reason: 'fine' },
    { type: 'step.linked', step: 'b', attempt: 1, runId: 'run_child' },
    { type: 'steps.reset', steps: ['b'], by: 'ana', reason: 'again' },
    { type: 'steps.reset', steps: ['c'], by: '_runner', reason: 'what comes before goes on' },
    { type: 'context.set', writes: { 'a.b_v1': { value: 1 } }, by: 'ana', reason: 'r' },
    { type: 'run.paused', by: 'ana', reason: 'lunch' },
    { type: 'run.unpaused', by: 'ana', reason: 'back' },
  ]
  for (const event of journalOf(...events)) reporter.event(event, true)
  reporter.output('a[1]', ['hello'])
  reporter.end()
  expect(io.stderr.text.split('\n').slice(1, -1)).toMatchInlineSnapshot(`
    [
      "  expanded   a: 2 items",
      "  started    a[1]",
      "  completed  a[1]  100ms",
      "  waiting    b: waits for a slot of db, held by load of run_x",
      "  waiting    b: waits for a slot of db",
      "  asks       c: go?",
      "  waiting    c: approved by ana",
      "  waiting    b: as run_child",
      "to run again, as ana asked: b",
      "to run again, once the steps before are over: c",
      "set by ana: a.b_v1",
      "paused: ana: lunch",
      "goes on: ana: back",
      "  a[1] | hello",
    ]
  `)
})

describe('JSON lines', () => {
  it('are one object for each line that a step prints', () => {
    const io = fakeIo()
    new JsonLines(options(io)).output('a', ['one', 'two'])
    const lines = io.stderr.text.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ['one', 'two'].map((line) => expect.objectContaining({ event: 'output', step: 'a', line }) as unknown),
    )
  })

  it('are one object an event, with the names of keys but not their values', () => {
    const io = fakeIo()
    const reporter = new JsonLines(options(io, { logFormat: 'json' }))
    tell(reporter)
    reporter.note('to go on')
    reporter.error(reportOf(new CliError('CLI_KEY_UNKNOWN', 'm')))
    const lines = io.stderr.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toHaveLength(story.length + 2)
    expect(lines[4]).toMatchObject({
      time: '1970-01-01T00:00:00.400Z',
      level: 'info',
      event: 'step.completed',
      run_id: RUN_ID,
      step: 'load',
      keys: ['demo.rows_v1'],
    })
    expect(lines[6]).toMatchObject({ event: 'step.failed', retry_in_ms: 2000 })
    const names = lines.flatMap((line) => [line, line['metrics'], line['error'], line['options']]).flatMap((own) =>
      Object.keys(own ?? {}),
    )
    expect(names.filter((name) => /[A-Z]/.test(name))).toEqual([])
    expect(lines[4]).not.toHaveProperty('writes')
    expect(lines[4]).not.toHaveProperty('hash')
    expect([6, 8, 9, 16].map((index) => lines[index]?.['level'])).toEqual(['warn', 'error', 'warn', 'error'])
    expect(lines.at(-2)).toMatchObject({ event: 'note', message: 'to go on', run_id: RUN_ID })
    expect(lines.at(-1)).toMatchObject({ event: 'error', code: 'CLI_KEY_UNKNOWN', run_id: RUN_ID })
  })

  it('leave out what earlier drivers did, and everything but errors when quiet', () => {
    const io = fakeIo()
    tell(new JsonLines(options(io)), false)
    tell(new JsonLines(options(io, { quiet: true })))
    expect(io.stderr.text).toBe('')
  })
})

describe('the live view', () => {
  let folder: string | undefined
  afterEach(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true })
    folder = undefined
  })

  it('draws at each tick what changed, over the frame before', () => {
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a', 'b') }))
    const events = journalOf(CREATED, DRIVER, started('a'), completed('a'))
    io.tick()
    io.stderr.text = ''
    for (const event of events) view.event(event)
    expect(io.stderr.text).toBe('')
    io.time = 400
    io.tick()
    expect(io.stderr.text).toBe(`\x1b[3A\r  ✓ a   100ms\x1b[K\n  · b\x1b[K\n  ${BAR_HALF}  50%  1 of 2 done  300ms\x1b[K\n\x1b[0J`)
    io.stderr.text = ''
    io.tick()
    expect(io.stderr.text).toBe('')
  })

  it('goes on turning while something runs', () => {
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a') }))
    for (const event of journalOf(CREATED, DRIVER, started('a'))) view.event(event)
    io.tick()
    const first = io.stderr.text
    io.stderr.text = ''
    io.tick()
    expect(io.stderr.text).not.toBe('')
    expect(first).toContain('running')
  })

  it('clears all of a frame that a narrower terminal has broken', () => {
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a_step_with_a_name') }))
    for (const event of journalOf(CREATED, DRIVER, started('a_step_with_a_name'))) view.event(event)
    io.tick()
    io.stderr.columns = 16
    io.stderr.text = ''
    io.tick()
    expect(io.stderr.text).toContain('\x1b[6A')
  })

  it('keeps notes above the frame, and below it once it has ended', () => {
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a') }))
    io.tick()
    view.note('cancelling')
    expect(readable(io)).toMatch(/cancelling\n {2}· a<K>\n.*0 of 1 done<K>\n<0J>$/)
    view.event(journalOf(started('a'))[0]!)
    view.end()
    expect(readable(io)).toMatch(/1 running<K>\n<0J><\?25h>$/)
    view.end()
    view.error(reportOf(new CliError('CLI_KEY_UNKNOWN', 'm')))
    expect(readable(io)).toMatch(/25h>error\[CLI_KEY_UNKNOWN\]: m\n$/)
    expect(io.tickers.size).toBe(0)
    view.event(journalOf(started('a'))[0]!)
    io.tick()
  })

  it('prints what steps print above the frame', () => {
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a') }))
    view.output('a', ['one', '\x1b[2Jtwo'])
    expect(io.stderr.text).toContain('a | one\na | two\n')
    expect(readable(io)).toMatch(/0 of 1 done<K>\n<0J>$/)
    view.end()
  })

  it('reads the past of a run that is not over at once, and does without it where it cannot be read', async () => {
    const io = fakeIo({ tty: true })
    let asked = 0
    const past = async (): Promise<Past> => {
      asked++
      return { durations: new Map([['a', { medianMs: 60_000, samples: 1 }]]), forecast, concurrency: 1, learned: undefined }
    }
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a') }), past)
    for (const event of journalOf(CREATED, DRIVER, started('a'))) view.event(event)
    io.time = 3000
    io.tick()
    expect(asked).toBe(0)
    io.tick()
    io.tick()
    await nextTurn()
    io.tick()
    expect([asked, io.stderr.text.slice(io.stderr.text.lastIndexOf('%'))]).toEqual([1, expect.stringContaining('~58s left')])
    view.end()
    const other = new LiveView(options(io))
    other.begin(handleOf({ plan: planOf('a') }), () => Promise.reject(new Error('gone')))
    for (const _ of [1, 2, 3]) io.tick()
    await nextTurn()
    io.tick()
    other.end()
  })

  it('redraws when the terminal changes its size', () => {
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a') }))
    io.tick()
    io.stderr.text = ''
    io.tick()
    expect(io.stderr.text).toBe('')
    io.stderr.columns = 40
    io.tick()
    expect(io.stderr.text).not.toBe('')
    view.end()
  })

  it("shows a running step's progress and the last line of its log", async () => {
    folder = await mkdtemp(join(tmpdir(), 'lorc-live-'))
    await writeFile(join(folder, 'a.1.log'), 'first\nsecond\n\n')
    const io = fakeIo({ tty: true })
    const view = new LiveView(options(io))
    view.begin(handleOf({ plan: planOf('a'), logs: folder, progress: () => ({ done: 1, total: 4 }) }))
    for (const event of journalOf(CREATED, DRIVER, started('a'))) view.event(event)
    await expect
      .poll(() => {
        io.stderr.text = ''
        io.tick()
        return io.stderr.text
      })
      .toContain('25%  second')
    view.end()
  })
})
