import { describe, expect, it } from 'vitest'
import type { EventData, Plan } from '@lorc/runner'
import { completed, CREATED, DRIVER, failed, journalOf, planOf, RUN_ID, started } from '../scripted-run.fixture.ts'
import { type FrameInput, runFrame } from './frame.ts'
import { marksFor } from './marks.ts'
import { RunProgress } from './run-progress.ts'
import { createStyle } from './style.ts'
import { displayWidth } from './text.ts'

const retry = { max: 3, delayMs: 0, backoff: 'fixed', factor: 1, maxDelayMs: 0, jitter: 0 } as const

function frame(plan: Plan, events: EventData[], input: Partial<FrameInput> = {}): string[] {
  const progress = new RunProgress(RUN_ID, plan)
  for (const event of journalOf(CREATED, DRIVER, ...events)) progress.apply(event)
  return runFrame(progress, {
    columns: 80,
    rows: 24,
    now: 3100,
    tick: 0,
    style: createStyle(false),
    marks: marksFor({}),
    progressOf: () => null,
    lastLine: () => '',
    usual: () => undefined,
    done: progress.ended / progress.rows.length,
    leftMs: undefined,
    ...input,
  })
}

describe('a run of a few steps', () => {
  const plan = planOf(
    'sanitize',
    'load',
    { name: 'stats', retry },
    { name: 'again', retry },
    'broken',
    'report',
    'chart',
    'later',
  )
  const events = [
    started('sanitize'),
    completed('sanitize'),
    started('load'),
    started('stats'),
    started('again'),
    failed('again', { retryInMs: 2000, message: 'no answer\nfrom the server' }),
    started('broken'),
    failed('broken', { message: 'x'.repeat(200) }),
    { type: 'steps.blocked', steps: ['report'], by: 'broken' },
    { type: 'steps.skipped', steps: ['chart'], reason: '--skip' },
  ] satisfies EventData[]
  const input = {
    progressOf: (step: string) =>
      step === 'load' ? { done: 42, total: 100 } : step === 'stats' ? { done: 7, total: null } : null,
    lastLine: (step: string) => (step === 'load' ? '  reading \x1b[31mrow\x1b[0m 42\tof many' : ''),
  }

  it('cuts names where lines are short, but gives them a third of long ones', () => {
    const name = 'a_name_of_a_step_that_has_45_letters_in_it_all'
    expect(frame(planOf(name), []).join('\n')).toContain(` ${name.slice(0, 31)}…`)
    expect(frame(planOf(name), [], { columns: 200 }).join('\n')).toContain(` ${name}`)
  })

  it('shows each of them in one line of 80 columns', () => {
    const lines = frame(plan, events, input)
    expect(lines).toMatchInlineSnapshot(`
      [
        "  ✓ sanitize   100ms",
        "  ⠋ load        2.7s  42%  reading row 42 of many",
        "  ⠋ stats       2.6s  attempt 1/3  7",
        "  ↻ again      100ms  attempt 2/3 now: STEP_FAILED: no answer from the server",
        "  ✗ broken     100ms  STEP_FAILED: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
        "  ⊘ report            blocked by broken",
        "  - chart             skipped: --skip",
        "  · later",
        "  50%  4 of 8 done, 2 running, 1 retrying, 1 failed, 1 blocked, 1 skipped  3.0s",
      ]
    `)
    for (const line of lines) expect(displayWidth(line)).toBeLessThan(80)
  })

  it('is plain without colours and the same text with them', () => {
    const plain = frame(plan, events, input)
    const colored = frame(plan, events, { ...input, style: createStyle(true) })
    expect(plain.join('')).not.toContain('\x1b')
    expect(colored.join('')).toContain('\x1b[31m')
    expect(colored.map(displayWidth)).toEqual(plain.map(displayWidth))
  })

  it('turns the spinner, in ASCII where that is all there is', () => {
    const spinner = (tick: number): string =>
      frame(plan, events, { tick, marks: marksFor({ LANG: 'C' }) })[1]?.slice(2, 3) ?? ''
    expect([0, 1, 2, 3, 4].map(spinner)).toEqual(['|', '/', '-', '\\', '|'])
  })

  it('fits a narrow terminal', () => {
    const long = planOf('a_step_of_a_name_that_is_wider_than_the_terminal')
    for (const line of frame(plan, events, { ...input, columns: 30 })) expect(displayWidth(line)).toBeLessThan(30)
    for (const columns of [16, 30, 40]) {
      for (const line of frame(long, [], { columns })) expect(displayWidth(line)).toBeLessThan(columns)
    }
  })
})

describe('a run of ten thousand steps', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `step_${index}`)
  const plan = planOf(...names)

  it('shows what failed, what ended last and what runs, and counts the rest', () => {
    const ended = names
      .slice(0, 5000)
      .flatMap((name) => [started(name), name === 'step_7' ? failed(name) : completed(name)])
    const lines = frame(plan, [...ended, started('step_5000'), started('step_5001')], { now: 1_000_300, rows: 10 })
    expect(lines).toMatchInlineSnapshot(`
      [
        "  ✓ 4999 done, the last step_4999",
        "  ✗ step_7      100ms  STEP_FAILED: kaputt",
        "  ⠋ step_5000   100ms",
        "  ⠋ step_5001     0ms",
        "  · 4998 steps to come, the next step_5002",
        "  ━━━━━━━━━━━──────────  50%  5000 of 10000 done, 2 running, 1 failed  16m 40s",
      ]
    `)
  })

  it('folds what there is too much of', () => {
    const running = names.slice(0, 500).map((name) => started(name))
    const broken = names.slice(500, 520).flatMap((name) => [started(name), failed(name)])
    const asked = { type: 'approval.requested', step: 'step_9000', message: '', by: null, expiresAt: null } as const
    expect(frame(plan, [...running, ...broken, asked], { rows: 13, tick: 1 })).toMatchInlineSnapshot(`
      [
        "  ✗ step_500    100ms  STEP_FAILED: kaputt",
        "  ✗ 19 more failed",
        "  ? step_9000     0ms  asks: may it go on?",
        "  ⠙ step_0       2.9s",
        "  ⠙ step_1       2.8s",
        "  ⠙ step_2       2.7s",
        "  ⠙ step_3       2.6s",
        "  ⠙ step_4       2.5s",
        "  ▶ 495 more running",
        "  · 9479 steps to come, the next step_520",
        "  ─────────   0%  20 of 10000 done, 500 running, 20 failed, 1 to approve  3.0s",
      ]
    `)
  })

  it('never fills more than the terminal', () => {
    const running = names.slice(0, 500).map((name) => started(name))
    expect(frame(plan, running).length).toBeLessThan(24)
    expect(frame(plan, running, { rows: 3 }).length).toBeLessThanOrEqual(3)
  })
})

describe('a step with items', () => {
  const plan = planOf({ name: 'fetch', forEach: { items: 'x' }, retry }, 'after')
  const expanded: EventData = { type: 'step.expanded', step: 'fetch', items: Array.from({ length: 100 }, () => null) }
  const events: EventData[] = [
    expanded,
    ...[0, 1, 2].flatMap((i) => [started(`fetch[${i}]`), completed(`fetch[${i}]`)]),
    started('fetch[3]'),
    failed('fetch[3]'),
    started('fetch[4]'),
    started('fetch[5]'),
    failed('fetch[5]', { retryInMs: 5000 }),
  ]

  it('counts them, with those below it that run, wait or failed', () => {
    expect(frame(plan, events)).toMatchInlineSnapshot(`
      [
        "  ⠋ fetch         2.9s  3 of 100 items, 1 running, 1 retrying, 1 failed",
        "    ✗ fetch[3]   100ms  STEP_FAILED: kaputt",
        "    ↻ fetch[5]   100ms  attempt 2/3 in 3.2s: STEP_FAILED: kaputt",
        "    ⠋ fetch[4]    2.0s  attempt 1/3",
        "  · after",
        "  ────────────────────────   0%  0 of 2 done, 1 running  3.0s",
      ]
    `)
  })

  it('has a line for it also where there is little room', () => {
    const many = planOf(...Array.from({ length: 50 }, (_, i) => `s${i}`), { name: 'fetch', forEach: { items: 'x' } })
    expect(frame(many, events, { rows: 9 })).toMatchInlineSnapshot(`
      [
        "    ✗ fetch[3]   100ms  STEP_FAILED: kaputt",
        "  ⠋ fetch         2.9s  3 of 100 items, 1 running, 1 retrying, 1 failed",
        "    ↻ fetch[5]   100ms  attempt 2/1 in 3.2s: STEP_FAILED: kaputt",
        "    ⠋ fetch[4]    2.0s",
        "  · 50 steps to come, the next s0",
        "  ────────────────────────   0%  0 of 51 done, 1 running  3.0s",
      ]
    `)
  })

  it('keeps in the end what failed of them, and goes on where it was after a resume', () => {
    const ended = [...events, { ...failed('fetch'), type: 'step.failed' } as EventData]
    const over: EventData = { type: 'run.failed', step: 'fetch', error: { code: 'STEP_ITEMS_FAILED', message: 'm' } }
    expect(frame(plan, [...ended, over])).toMatchInlineSnapshot(`
      [
        "  ✗ fetch         1.2s  3 of 100 items, 1 failed",
        "    ✗ fetch[3]   100ms  STEP_FAILED: kaputt",
        "  · after",
        "failed in 1.4s: 1 waiting, 1 failed",
      ]
    `)
    const again: EventData[] = [...ended, over, { ...DRIVER, epoch: 2 } as EventData, started('fetch[3]', 2)]
    expect(frame(plan, again)).toMatchInlineSnapshot(`
      [
        "  ⠋ fetch         2.9s  3 of 100 items, 1 running",
        "    ⠋ fetch[3]    1.4s  attempt 2/4",
        "  · after",
        "  ────────────────────────   0%  0 of 2 done, 1 running  1.5s",
      ]
    `)
  })
})

it('has a heading for each later phase, and tells what waits for people', () => {
  const plan = planOf('a', { name: 'tell', phase: 'on_failure' }, { name: 'tidy', phase: 'always' })
  const asked: EventData = { type: 'approval.requested', step: 'a', message: 'go?', by: null, expiresAt: null }
  const paused: EventData = { type: 'run.paused', by: 'ana', reason: 'lunch' }
  expect(frame(plan, [asked, paused])).toMatchInlineSnapshot(`
    [
      "  ? a       2.9s  asks: go?",
      "  on_failure:",
      "  · tell",
      "  always:",
      "  · tidy",
      "  ───────────────────────   0%  0 of 3 done, 1 to approve, paused by ana  3.0s",
    ]
  `)
  const decided: EventData = { type: 'approval.decided', step: 'a', approved: true, by: 'ana', reason: 'fine' }
  expect(frame(plan, [asked, decided, completed('a')])[0]).toBe('  ✓ a      200ms')
})

it('tells what is left where the past tells, rounded', () => {
  const bottom = (leftMs: number): string => frame(planOf('a'), [started('a')], { leftMs, done: 0.5 }).at(-1) ?? ''
  expect([300, 2500, 240_000, 9_000_000].map((ms) => bottom(ms).replace(/.*, /, ''))).toEqual([
    'nearly done',
    '~3s left',
    '~4m left',
    '~2.5h left',
  ])
  expect(frame(planOf('a'), [started('a')], { usual: () => 5000 })[0]).toBe('  ⠋ a    2.9s  usually 5.0s')
})

describe('the last frame, which stays', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `step_${index}`)
  const ended = (steps: readonly string[]): EventData[] => [
    ...steps.flatMap((name) => [started(name), name === 'step_7' ? failed(name) : completed(name)]),
    { type: 'run.failed', step: 'step_7', error: { code: 'STEP_FAILED', message: 'kaputt' } },
  ]

  it('has every step of up to a hundred, also where the terminal is shorter', () => {
    const lines = frame(planOf(...names(30)), ended(names(30)), { rows: 10 })
    expect([lines.length, lines[0]]).toEqual([31, '  ✓ step_0    100ms'])
    expect(lines.at(-1)).toBe('failed in 6.1s: 29 completed, 1 failed')
  })

  it('has what failed of more', () => {
    expect(frame(planOf(...names(101)), ended(names(101)))).toEqual([
      '  ✗ step_7   100ms  STEP_FAILED: kaputt',
      'failed in 20.3s: 100 completed, 1 failed',
    ])
  })

  it('says once that a step was cancelled', () => {
    const cancelled = { type: 'step.cancelled', step: 'a', attempt: 1, reason: 'Cancelled: step b failed.' } as const
    const lines = frame(planOf('a'), [started('a'), { ...cancelled, metrics: null }])
    expect(lines[0]).toBe('  ⊘ a   100ms  cancelled: step b failed')
  })
})

it('marks what is cached, and a step that needed several attempts', () => {
  const cached = {
    type: 'step.completed',
    step: 'a',
    attempt: 0,
    writes: {},
    outputs: [],
    artifacts: [],
    metrics: null,
    cached: 'k',
  } satisfies EventData
  const lines = frame(planOf('a', 'b'), [cached, started('b', 2), completed('b'), { type: 'run.completed' }])
  expect(lines).toEqual(['  ✓ a          cached', '  ✓ b   100ms  attempt 2', 'completed in 400ms: 2 completed'])
})
