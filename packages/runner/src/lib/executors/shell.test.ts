import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlanStep } from '../plan.ts'
import { processStartTime } from '../leases/process-start-time.ts'
import { Workbench, type TestAttempt } from './node-attempt.fixture.ts'
import { createShellExecutor } from './shell.ts'
import { SecretMask } from '../secrets/secret-mask.ts'
import { createSupervisor } from './supervisor.ts'
import { groupLives } from './process-group.ts'

const OK = `echo '{"status":"ok","outputs":[]}'`

describe.each([
  ['Python supervisor', undefined],
  ['Node supervisor', null],
])('shell steps with a %s', (_, python) => {
  const supervisor = createSupervisor({ env, graceMs: 200, ...(python === null && { python }) })
  let bench: Workbench
  let scripts = 0
  let executor: ReturnType<typeof createShellExecutor>

  beforeEach(() => {
    bench = new Workbench()
    executor = createShellExecutor({
      workspace: { root: bench.root, allow: [] },
      stateDir: join(bench.root, '.lorc'),
      supervisor,
    })
  })
  afterEach(() => bench.remove())
  afterAll(() => supervisor.close())

  function script(text: string, step: Partial<PlanStep> = {}, rest: Partial<TestAttempt> = {}): TestAttempt {
    const path = `s${++scripts}.sh`
    chmodSync(bench.file(path, `#!/bin/sh\n${text}\n`), 0o755)
    return bench.attempt({ type: 'shell', script: path, ...step }, rest)
  }

  const pidIn = (file: string): number => Number(readFileSync(join(bench.root, file), 'utf8'))

  async function code(text: string): Promise<string> {
    const outcome = await executor.execute(script(text))
    return outcome.status === 'error' ? outcome.error.code : 'ok'
  }

  it('runs a script in the workspace and measures it', async () => {
    const attempt = script(`pwd >&2; ${OK}`)
    const outcome = await executor.execute(attempt)
    expect(outcome).toMatchObject({ status: 'ok', outputs: [], metrics: { exitCode: 0 } })
    expect(attempt.log()).toBe(`${bench.root}\n`)
    if (python === undefined) {
      expect(outcome.metrics?.cpuUserMs).toBeTypeOf('number')
      expect(outcome.metrics?.peakRssBytes).toBeGreaterThan(500_000)
    } else expect(outcome.metrics).toMatchObject({ cpuUserMs: null, cpuSystemMs: null, peakRssBytes: null })
  })

  it('tells of the process of a step that lasts, and spares a short one the record', async () => {
    const short = script(OK)
    await executor.execute(short)
    expect(short.spawned).toEqual([])
    const lasting = script(`echo $$ > pid; while [ ! -e go ]; do sleep 0.01; done; ${OK}`)
    const done = executor.execute(lasting)
    await expect.poll(() => lasting.spawned.length > 0).toBe(true)
    const pid = pidIn('pid')
    expect(lasting.spawned).toEqual([{ pid, startTime: processStartTime(pid) }])
    bench.file('go', '')
    expect(await done).toMatchObject({ status: 'ok' })
  })

  it('masks secrets in the log, also of what should have been an envelope', async () => {
    const mask = new SecretMask(['s3cr3t'])
    const attempt = script(`echo "using s3cr3t" >&2; echo '{"status":"s3cr3t"}'`, {}, { mask })
    const outcome = await executor.execute(attempt)
    expect(outcome).toMatchObject({ error: { code: 'STEP_ENVELOPE_INVALID' } })
    expect(attempt.log()).toBe('using ***\n{"status":"***"}\n')
  })

  it('leaves no log of a step that says nothing', async () => {
    const attempt = script(OK)
    await executor.execute(attempt)
    expect(existsSync(attempt.logPath)).toBe(false)
  })

  it('keeps what the envelope sets, floats as floats, and its further fields', async () => {
    const outcome = await executor.execute(script(`echo '{"status":"ok","set":{"a.b_v1":{"x":1.0,"y":2}},"rows":3}'`))
    expect(outcome).toMatchObject({
      status: 'ok',
      outputs: null,
      writes: { 'a.b_v1': { value: { x: 1, y: 2 }, floats: { x: true } } },
      meta: { rows: 3 },
    })
  })

  it('passes arguments that no shell reads again', async () => {
    const attempt = script(`for a in "$@"; do echo "[$a]" >&2; done; ${OK}`, {
      args: { src: 'a b; $(id)', n: 1.5, on: true, off: false, none: null, tag: ['x', 'y'], obj: { k: [1] } },
    })
    await executor.execute(attempt)
    expect(attempt.log().trim().split('\n')).toEqual(
      ['--src', 'a b; $(id)', '--n', '1.5', '--on', '--tag', 'x', '--tag', 'y', '--obj', '{"k":[1]}'].map((a) => `[${a}]`),
    )
  })

  it('gives a step its environment, the keys that it reads, and nothing else', async () => {
    const attempt = script(`env | sort >&2; cat "$LORC_CONTEXT" >&2; touch "$LORC_ARTIFACTS_DIR/f"; ${OK}`, {
      reads: ['a.b_v1', 'a.missing_v1'],
    })
    attempt.context.set('a.b_v1', { x: 1 }, { floats: true })
    attempt.context.set('a.c_v1', 2)
    expect(await executor.execute(attempt)).toMatchObject({ status: 'ok' })
    expect(attempt.log()).toContain('{"a.b_v1":{"x":1.0}}')
    expect(attempt.log()).toMatch(/^reads: the context has no a\.missing_v1\n/)
    const names = [...attempt.log().matchAll(/^(\w+)=/gm)].map(([, name]) => name)
    expect(names).toEqual(
      expect.arrayContaining(['LORC_RUN_ID', 'LORC_STEP', 'LORC_ATTEMPT', 'LORC_IDEMPOTENCY_KEY', 'LORC_WORKSPACE', 'PATH']),
    )
    expect(names).not.toContain('HOME')
    expect(existsSync(join(attempt.artifactsDir, 'f'))).toBe(true)
    expect(existsSync(`${attempt.logPath}.context.json`)).toBe(false)
  })

  it('gives an empty context to a step that reads nothing', async () => {
    const attempt = script(`cat "$LORC_CONTEXT" >&2; ${OK}`)
    await executor.execute(attempt)
    expect(attempt.log()).toBe('{}\n')
  })

  it('starts a script that is not executable with its own interpreter, else with sh', async () => {
    bench.file('plain.sh', `${OK}\n`)
    bench.file('own.sh', `#!/usr/bin/env -S sh -e\nfalse\n${OK}\n`)
    expect(await executor.execute(bench.attempt({ type: 'shell', script: 'plain.sh' }))).toMatchObject({ status: 'ok' })
    expect(await executor.execute(bench.attempt({ type: 'shell', script: 'own.sh' }))).toMatchObject({
      status: 'error',
      error: { code: 'STEP_FAILED', exitCode: 1 },
    })
  })

  it('sees that a script changed', async () => {
    const attempt = script(OK)
    await executor.execute(attempt)
    writeFileSync(join(bench.root, attempt.step.script ?? ''), '#!/bin/sh\necho no\n')
    expect(await executor.execute(attempt)).toMatchObject({ error: { code: 'STEP_ENVELOPE_INVALID' } })
  })

  it('tells how a contract was broken', async () => {
    expect(await code('true')).toBe('STEP_ENVELOPE_MISSING')
    expect(await code(`echo hello; ${OK}`)).toBe('STEP_ENVELOPE_REPEATED')
    expect(await code('echo hello')).toBe('STEP_ENVELOPE_INVALID')
    expect(await code(`${OK}; exit 3`)).toBe('STEP_ENVELOPE_CONTRADICTED')
    expect(await code(`head -c 2000000 /dev/zero | tr '\\0' x`)).toBe('STEP_ENVELOPE_TOO_LONG')
    expect(await code('exit 4')).toBe('STEP_FAILED')
    expect(await code('kill -9 $$')).toBe('STEP_FAILED')
    expect(await code(`echo '{"status":"error","reason":"no rows","exit_code":2,"step":"x"}'; exit 2`)).toBe('STEP_FAILED')
  })

  it('keeps standard output that is not an envelope in the log', async () => {
    const loud = script('echo one; echo two')
    await executor.execute(loud)
    expect(loud.log()).toBe('one\ntwo\n')
    const broken = script(`echo '{"status":'`)
    await executor.execute(broken)
    expect(broken.log()).toBe('{"status":\n')
  })

  it('tells of line ends of Windows where a script with them fails, but not over what it says itself', async () => {
    const fixOf = async (text: string, mode = 0o644) => {
      chmodSync(bench.file('w.sh', text.replaceAll('\n', '\r\n')), mode)
      const outcome = await executor.execute(bench.attempt({ type: 'shell', script: 'w.sh' }))
      return outcome.status === 'error' ? [outcome.error.code, outcome.error.fix] : [outcome.status]
    }
    const advice = expect.stringMatching(/^The lines of w\.sh end as on Windows \(CRLF\)/) as string
    expect(await fixOf(`#!/bin/sh\n${OK}\n`, 0o755)).toEqual(['STEP_SPAWN_FAILED', advice])
    expect(await fixOf(`#!/usr/bin/env sh\n${OK}\n`, 0o755)).toEqual(['STEP_FAILED', advice])
    expect(await fixOf('#!/bin/sh\nif true; then\n:\nfi\n')).toEqual(['STEP_FAILED', advice])
    expect(await fixOf(':\n')).toEqual(['STEP_FAILED', advice])
    expect(await fixOf(`echo '{"status":"error","reason":"no","exit_code":3,"step":"w"}'; exit 3 #\n`)).toEqual(['STEP_FAILED', undefined])
    expect(await fixOf(`${OK}\n`)).toEqual(['ok'])
    bench.file('u.sh', 'exit 1\n')
    expect(await executor.execute(bench.attempt({ type: 'shell', script: 'u.sh' }))).toMatchObject({ error: { fix: expect.stringContaining('an envelope with a `reason`') as string } })
  })

  it('names a program that cannot be started, and a script that is missing', async () => {
    chmodSync(bench.file('bad.sh', '#!/no/such/interpreter\n'), 0o755)
    expect(await executor.execute(bench.attempt({ type: 'shell', script: 'bad.sh' }))).toMatchObject({
      error: {
        code: 'STEP_SPAWN_FAILED',
        message: expect.stringMatching(/bad\.sh` could not be started: (ENOENT|No such file or directory)\.$/),
        fix: expect.stringContaining('interpreter that is not there'),
      },
    })
    const long = await executor.execute(script('', { args: ['x'.repeat(3_000_000)] }))
    expect(long).toMatchObject({ error: { code: 'STEP_SPAWN_FAILED', fix: expect.stringContaining('too long') } })
    expect(JSON.stringify(long).length).toBeLessThan(1000)
    expect(await executor.execute(bench.attempt({ type: 'shell', script: 'no.sh' }))).toMatchObject({
      error: { code: 'FILE_MISSING' },
    })
    expect(await executor.execute(bench.attempt({ type: 'shell', script: '../x.sh' }))).toMatchObject({
      error: { code: 'PATH_OUTSIDE_WORKSPACE' },
    })
  })

  it('ends the whole group on cancel, also what ignores SIGTERM', async () => {
    const attempt = script(`(trap '' TERM; while :; do sleep 1; done) & echo $$ > pid; echo up >&2; sleep 60`, {}, { graceMs: 100 })
    const done = executor.execute(attempt)
    await expect.poll(() => existsSync(attempt.logPath)).toBe(true)
    attempt.cancel()
    expect(await done).toMatchObject({ status: 'error', error: { code: 'STEP_CANCELLED' } })
    expect(groupLives(pidIn('pid'))).toBe(false)
  })

  it('lets a process end by itself within the grace', async () => {
    const attempt = script(`trap 'echo bye >&2; exit 0' TERM; echo up >&2; while :; do sleep 0.01; done`, {}, { graceMs: 5000 })
    const done = executor.execute(attempt)
    await expect.poll(() => existsSync(attempt.logPath)).toBe(true)
    attempt.cancel()
    await done
    expect(attempt.log()).toContain('bye')
  })

  it('kills at once when the grace is cut short', async () => {
    const attempt = script(`trap '' TERM; echo up >&2; while :; do sleep 0.01; done`, {}, { graceMs: 60_000 })
    const done = executor.execute(attempt)
    await expect.poll(() => existsSync(attempt.logPath)).toBe(true)
    attempt.cancel()
    ;(attempt as { graceMs: number }).graceMs = 0
    expect(await done).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
  })

  it('starts nothing for an attempt that was cancelled before', async () => {
    const attempt = script('touch ran')
    attempt.cancel()
    expect(await executor.execute(attempt)).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
    expect(existsSync(join(bench.root, 'ran'))).toBe(false)
  })

  it('ends what a script leaves behind', async () => {
    const attempt = script(`echo $$ > pid; sleep 60 & ${OK}`)
    expect(await executor.execute(attempt)).toMatchObject({ status: 'ok' })
    expect(groupLives(pidIn('pid'))).toBe(false)
  })

  it('keeps 200 MB of output, invalid UTF-8 and all, without growing', async () => {
    const before = process.memoryUsage().rss
    const attempt = script(`yes "$(printf '\\377x')" | head -c 100000000 >&2; yes | head -c 100000000`)
    expect(await executor.execute(attempt)).toMatchObject({ error: { code: 'STEP_ENVELOPE_REPEATED' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
    expect(statSync(attempt.logPath).size).toBe(200_000_000)
  })

  it('shows invalid UTF-8 as U+FFFD', async () => {
    const outcome = await executor.execute(script(`printf '{"status":"ok","x":"\\377"}\\n'`))
    expect(outcome).toMatchObject({
      error: { code: 'STEP_ENVELOPE_INVALID', details: { stdout: '{"status":"ok","x":"\ufffd"}' } },
    })
  })

  it('fails the attempts of a supervisor that dies, ends their processes, and starts another', async () => {
    const attempt = script(`ps -o ppid= -p $$ > parent; echo $$ > pid; echo up >&2; sleep 60`)
    const done = executor.execute(attempt)
    await expect.poll(() => existsSync(attempt.logPath)).toBe(true)
    process.kill(pidIn('parent'), 'SIGKILL')
    expect(await done).toMatchObject({ error: { code: 'STEP_EXECUTOR_CRASHED' } })
    expect(groupLives(pidIn('pid'))).toBe(false)
    expect(await code(OK)).toBe('ok')
  })
})
