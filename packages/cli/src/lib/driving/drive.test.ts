import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context } from '@lorc/context'
import { RunnerError, type EventData, type Runner, type RunResult } from '@lorc/runner'
import { describe, expect, it } from 'vitest'
import { drive } from './drive.ts'
import { fakeIo } from '../fake-io.fixture.ts'
import { Interrupts } from '../interrupts.ts'
import { createReporter } from '../render/reporter.ts'
import { createStyle } from '../render/style.ts'
import {
  completed,
  CREATED,
  DRIVER,
  handleOf,
  journalOf,
  planOf,
  resultOf,
  RUN_ID,
  runnerOf,
  started,
  stateOf,
} from '../scripted-run.fixture.ts'

const STORY: EventData[] = [CREATED, DRIVER, started('a'), completed('a'), { type: 'run.completed' }]

async function driven(
  script: Parameters<typeof handleOf>[0],
  options: { quiet?: boolean; follow?: boolean; runner?: Partial<Runner>; tty?: boolean; interrupt?: boolean } = {},
) {
  const io = fakeIo({ tty: options.tty === true })
  const reporter = createReporter({
    io,
    style: createStyle(false),
    logFormat: 'text',
    quiet: options.quiet === true,
    debug: false,
  })
  const interrupts = new Interrupts(io, (text) => reporter.note(text))
  const handle = handleOf({ events: journalOf(...STORY), ...script })
  if (options.interrupt === true) io.interrupt('SIGINT')
  const exit = await drive(handle, { io, style: createStyle(false), runner: runnerOf(options.runner ?? {}), reporter, interrupts, follow: options.follow === true })
  reporter.end()
  return { exit, line: JSON.parse(io.stdout.text) as unknown, stdout: io.stdout.text, stderr: io.stderr.text, handle }
}

describe('--follow', () => {
  it('shows what an attempt printed before it says that the attempt ended, without a quiet reporter too', async () => {
    const logs = await mkdtemp(join(tmpdir(), 'lorc-drive-'))
    await writeFile(join(logs, 'a.1.log'), 'one\ntwo')
    const { stderr } = await driven({ logs }, { follow: true })
    expect(stderr).toContain('  started    a\n  a | one\n  a | two\n  completed  a')
    expect((await driven({ logs }, { follow: true, quiet: true })).stderr).toBe('  a | one\n  a | two\n')
    await rm(logs, { recursive: true })
  })
})

describe('a run that completes', () => {
  it('prints its sorted keys without those of the runner, and writes its folder', async () => {
    const context = new Context()
    for (const key of ['z.b_v1', 'a.b_v1']) context.set(key, 1, { who: 't' })
    const written: string[] = []
    const writeRunFolder = async (runId: string): Promise<string> => {
      written.push(runId)
      return '/runs'
    }
    const { exit, stdout, stderr } = await driven({ result: resultOf({ context }) }, { runner: { writeRunFolder } })
    expect([exit, written]).toEqual([0, [RUN_ID]])
    expect(stdout).toBe(`{"status":"ok","ctx_keys":["a.b_v1","z.b_v1"],"run_id":"${RUN_ID}"}\n`)
    expect(stderr).toContain('  completed  a  100ms\ncompleted in 300ms: 1 completed\n')
  })

  it('has completed all the same when its folder cannot be written', async () => {
    const writeRunFolder = (): Promise<never> => Promise.reject(new RunnerError('STORE_FULL', 'the disk is full'))
    const { exit, line, stderr } = await driven({}, { runner: { writeRunFolder } })
    expect([exit, line]).toEqual([0, { status: 'ok', ctx_keys: [], run_id: RUN_ID }])
    expect(stderr).toContain('error[STORE_FULL]: the disk is full\nthe run itself is recorded')
  })

  it('is not listened to when nothing is shown', async () => {
    const { stderr, exit } = await driven({ events: undefined as never }, { quiet: true })
    expect([exit, stderr]).toEqual([0, ''])
  })

  it('earlier is told as such', async () => {
    const events = journalOf(CREATED, { ...DRIVER, pid: 1 } as EventData, started('a'), completed('a'), {
      type: 'run.completed',
    })
    expect((await driven({ events })).stderr).toBe(
      `demo: 1 step, ${RUN_ID}\nthe run had completed: this is its recorded result\n`,
    )
  })

  it('with other code than it began with says so', async () => {
    expect((await driven({ changedCode: ['steps/a.ts'] })).stderr).toContain(
      'changed since the run began, and run as it is now: steps/a.ts',
    )
  })

  it('of a recipe that is another by now says so', async () => {
    expect((await driven({ changedRecipe: 'a.yaml' })).stderr).toContain('a.yaml changed since the run began, which goes on as it was; lorc run begins one of it as it is now\n')
    expect((await driven({})).stderr).not.toContain('changed since')
  })
})

describe('a run that fails', () => {
  const error = { code: 'STEP_FAILED', message: 'kaputt', fix: 'mend it' }
  const result = resultOf({
    status: 'failed',
    failedStep: 'a',
    error,
    steps: [stateOf('a', { status: 'failed', attempts: 2, error })],
  })

  it("prints why and where, shows the log's end and how to go on", async () => {
    const logs = await mkdtemp(join(tmpdir(), 'lorc-drive-'))
    await writeFile(
      join(logs, 'a.2.log'),
      Array.from({ length: 20 }, (_, index) => `line ${index} ${'x'.repeat(100)}\n`).join(''),
    )
    for (const tty of [false, true]) {
      const { exit, line, stderr } = await driven({ result, logs }, { tty })
      expect(exit).toBe(1)
      expect(line).toEqual({ status: 'error', reason: 'step `a`: kaputt', exit_code: 1, step: 'a', run_id: RUN_ID })
      const [, after = ''] = stderr.split('error[')
      expect(after).toContain('STEP_FAILED]: step `a`: kaputt\nfix: mend it\nits log ends with:\n  | line 12 x')
      expect(after).toContain(`its whole log: lorc runs logs ${RUN_ID} a\nwhy, and what to do: lorc explain ${RUN_ID}\nto go on from there: lorc resume ${RUN_ID}\n`)
      expect(Math.max(...after.split('\n').map((text) => text.length)) > 80).toBe(!tty)
    }
    await rm(logs, { recursive: true })
  })

  it('that printed nothing has no log to be looked at', async () => {
    expect((await driven({ result, logs: '/nowhere' })).stderr).not.toContain('log')
  })

  it('without a step, as by a timeout, names none', async () => {
    const timedOut = resultOf({ status: 'failed', error: { code: 'RUN_TIMEOUT', message: 'too long' } })
    expect((await driven({ result: timedOut })).line).toEqual({
      status: 'error',
      reason: 'too long',
      exit_code: 1,
      step: null,
      run_id: RUN_ID,
    })
  })

  it('by its deadline is not to be resumed: that would end at once', async () => {
    const error = { code: 'RUN_DEADLINE', message: 'too late', fix: 'start it anew' }
    const { stderr } = await driven({ result: resultOf({ status: 'failed', error }) })
    expect(stderr).toContain(`error[RUN_DEADLINE]: too late\nfix: start it anew\nwhy, and what to do: lorc explain ${RUN_ID}\n`)
    expect(stderr).not.toContain('lorc resume')
  })

  it('before its first attempt has no log to show', async () => {
    const blocked = { ...result, steps: [stateOf('a', { status: 'failed', attempts: 0, error })] }
    expect((await driven({ result: blocked })).stderr).not.toContain('log')
  })
})

describe('a run that is cancelled', () => {
  const cancelled = resultOf({
    status: 'cancelled',
    error: { code: 'RUN_CANCELLED', message: 'cancelled by me: enough' },
  })

  it('by an interrupt ends with 130', async () => {
    const { exit, line, stderr, handle } = await driven({ result: cancelled }, { interrupt: true })
    expect([exit, handle.cancels.length]).toEqual([130, 1])
    expect(line).toMatchObject({
      reason: 'the run was interrupted by SIGINT.',
      exit_code: 130,
      step: null,
      run_id: RUN_ID,
    })
    expect(stderr).toContain(`to go on from there: lorc resume ${RUN_ID}`)
  })

  it('by somebody else ends with 1', async () => {
    const { exit, line } = await driven({ result: cancelled })
    expect([exit, line]).toEqual([
      1,
      { status: 'error', reason: 'cancelled by me: enough', exit_code: 1, step: null, run_id: RUN_ID },
    ])
    expect((await driven({ result: resultOf({ status: 'cancelled' }) })).line).toMatchObject({
      reason: 'the run was cancelled.',
    })
  })

  it('too late has completed', async () => {
    expect(await driven({}, { interrupt: true })).toMatchObject({ exit: 0, line: { status: 'ok' } })
  })
})

it('a run that was lost to another driver is told with its id', async () => {
  const lost = (): Promise<RunResult> => Promise.reject(new RunnerError('RUN_FENCED', 'another process took it over'))
  const { exit, line, stderr } = await driven({ result: lost(), plan: planOf('a') })
  expect([exit, line]).toEqual([
    1,
    { status: 'error', reason: 'another process took it over', exit_code: 1, step: null, run_id: RUN_ID },
  ])
  expect(stderr).toContain(
    `error[RUN_FENCED]: another process took it over\nto go on from there: lorc resume ${RUN_ID}`,
  )
  expect((await driven({ result: Promise.reject(new RunnerError('PLAN_INVALID', 'odd')) })).exit).toBe(1)
})
