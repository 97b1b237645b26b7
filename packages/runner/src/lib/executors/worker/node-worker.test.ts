import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kill } from 'node:process'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { StepExecutor } from '../../executor.ts'
import type { PlanStep } from '../../plan.ts'
import { processStartTime } from '../../leases/process-start-time.ts'
import { SecretMask } from '../../secrets/secret-mask.ts'
import { Workbench, type TestAttempt } from '../node-attempt.fixture.ts'
import { NodeWorkerPool } from './node-worker-pool.ts'
import { runMessage } from './node-worker-messages.ts'
import { createNodeExecutor, type NodeExecutorOptions } from '../node.ts'

/** As Node runs this package's source. */
const FLAGS = ['--conditions=@lorc/source', '--disable-warning=ExperimentalWarning']

const bench = new Workbench()
const watched = new Set<number>()
const node = executor()

afterAll(async () => {
  await node.close()
  bench.remove()
  expect([...watched]).toEqual([])
})

function executor(options: Partial<NodeExecutorOptions> = {}): StepExecutor {
  const groups = { watch: (pid: number) => void watched.add(pid), unwatch: (pid: number) => void watched.delete(pid) }
  return createNodeExecutor({ startTimeOf: (pid) => `started ${pid}`, groups, ...options })
}

function code(text: string, step: Partial<PlanStep> = {}, rest: Partial<TestAttempt> = {}): TestAttempt {
  return bench.code(text, { requiresProcess: true, ...step }, rest)
}

const pidOf = (attempt: TestAttempt): number => attempt.spawned[0]!.pid
const lives = (pid: number): boolean => processStartTime(pid) !== undefined

describe('an attempt in a worker process', () => {
  it('reads and writes the context synchronously', async () => {
    const attempt = code(`export default (ctx, params) => {
      const absent = ctx.get('no.key_v1') === undefined
      const before = [ctx.get('in.rows_v1').length, ctx.has('in.rows_v1'), ctx.has('no.key_v1'), absent]
      ctx.set('out.sum_v1', { before, unit: 'é', n: params[0] })
      ctx.set('out.twice_v1', ctx.get('out.sum_v1').n * 2)
      ctx.set('out.keys_v1', ctx.keys())
    }`, { args: [21] })
    attempt.context.set('in.rows_v1', Array.from({ length: 50_000 }, (_, row) => ({ row })))
    expect(await node.execute(attempt)).toMatchObject({ status: 'ok', outputs: null })
    expect(attempt.context.get('out.sum_v1')).toEqual({ before: [50_000, true, false, true], unit: 'é', n: 21 })
    expect(attempt.context.get('out.twice_v1')).toBe(42)
    expect(attempt.context.get('out.keys_v1')).toEqual(['in.rows_v1', 'out.sum_v1', 'out.twice_v1'])
    expect(attempt.context.reads()).toEqual(['no.key_v1'])
  })

  it('is refused what the context refuses, as an error that it can catch', async () => {
    const attempt = code(`export default (ctx) => {
      const codes = []
      const tries = [['Bad Key', 1], ['a.b_v1', new Map()], ['a.b_v1', 'text']]
      ctx.set('a.b_v1', 1)
      for (const [key, value] of tries) {
        try { ctx.set(key, value) } catch (error) { codes.push(error.name + ' ' + error.code) }
      }
      try { ctx.get('a.b_v1').x = 1; ctx.get('frozen.rows_v1').push(1) } catch (error) { codes.push(error.name) }
      ctx.set('seen.codes_v1', codes)
      ctx.get('Bad Key')
    }`)
    attempt.context.set('frozen.rows_v1', [[1]])
    expect(await node.execute(attempt)).toMatchObject({
      status: 'error',
      error: { code: 'STEP_CONTEXT_REFUSED', details: { code: 'CONTEXT_KEY_MALFORMED' } },
    })
    expect(attempt.context.get('seen.codes_v1')).toEqual([
      'ContextError CONTEXT_KEY_MALFORMED',
      'ContextError CONTEXT_NOT_JSON',
      'ContextError CONTEXT_SHAPE',
      'TypeError',
    ])
  })

  it('gets the same step as in process', async () => {
    const attempt = code(
      `export default (ctx, params, step) => {
        const { name, runId, attempt, idempotencyKey, item, index, env, artifactsDir, workspace } = step
        step.progress(1, 2)
        ctx.set('a.b_v1', { name, runId, attempt, idempotencyKey, item, index, env, artifactsDir, workspace, aborted: step.signal.aborted })
      }`,
      { env: { grant: ['TOKEN'], set: {} } },
      { env: { TOKEN: 't' }, item: { value: ['x'], index: 2 } },
    )
    await node.execute(attempt)
    const { artifactsDir, idempotencyKey } = attempt
    const names = { name: 'load', runId: 'run_1', attempt: 1, idempotencyKey, item: ['x'], index: 2, workspace: bench.root }
    expect(attempt.context.get('a.b_v1')).toEqual({ ...names, env: { TOKEN: 't' }, artifactsDir, aborted: false })
    expect(attempt.progress).toEqual([[1, 2]])
    expect(attempt.spawned).toEqual([{ pid: expect.any(Number) as number, startTime: `started ${pidOf(attempt)}` }])
  })

  it('is measured', async () => {
    const attempt = code(`export default () => {
      const kept = Buffer.alloc(150e6, 1)
      for (const end = process.cpuUsage().user + 30_000; process.cpuUsage().user < end; );
      if (kept.length === 0) throw 0
    }`)
    const outcome = await node.execute(attempt)
    expect(outcome.metrics?.cpuUserMs).toBeGreaterThanOrEqual(30)
    expect(outcome.metrics?.peakRssBytes).toBeGreaterThan(150e6)
    expect(outcome.metrics?.cpuSystemMs).toBeGreaterThanOrEqual(0)
    expect(outcome.metrics?.exitCode).toBeNull()
  })

  it('masks its secrets on the way to the log, in a process that nobody else gets', async () => {
    const mask = new SecretMask(['s3cr3t'])
    const text = `import { spawnSync } from 'node:child_process'
      export default (ctx, params, step) => {
        process.stdout.write('out s3c'); process.stdout.write('r3t\\n'); console.error('error s3cr3t'); step.log.info('info s3cr3t')
        spawnSync('sh', ['-c', 'echo child s3cr3t; printf s3cr'], { stdio: 'inherit' })
        console.log('x'.repeat(300_000)); throw new Error('no s3cr3t')
      }`
    const [first, second] = [code(text, {}, { mask }), code(text, {}, { mask })]
    for (const attempt of [first, second]) {
      expect(await node.execute(attempt)).toMatchObject({ status: 'error', error: { message: 'no s3cr3t' } })
      const log = attempt.log()
      expect(log).not.toContain('s3cr3t')
      for (const part of ['out ***\n', 'error ***\n', 'info ***', 'child ***\n', 's3crx', 'Error: no ***']) expect(log).toContain(part)
      expect(log.length).toBeGreaterThan(300_000)
    }
    expect(pidOf(first)).not.toBe(pidOf(second))
    expect(lives(pidOf(first))).toBe(false)
  })

  it('writes everything it prints to its own log, children included', async () => {
    const text = (n: number): string => `import { spawnSync } from 'node:child_process'
      import { writeSync } from 'node:fs'
      export default (ctx, params, step) => {
        console.log('log ${n}'); console.error('error'); step.log.info('info'); writeSync(1, 'raw\\n')
        process.stdout.write(Buffer.from([0xff, 0x0a]))
        spawnSync('sh', ['-c', 'echo child'], { stdio: 'inherit' })
      }`
    const attempts = [code(text(1)), code(text(2))]
    for (const attempt of attempts) await node.execute(attempt)
    expect(pidOf(attempts[0]!)).toBe(pidOf(attempts[1]!))
    for (const [at, attempt] of attempts.entries()) {
      const bytes = readFileSync(attempt.logPath, 'latin1')
      expect(bytes).toBe(`log ${at + 1}\nerror\nINFO info\nraw\n\xff\nchild\n`)
    }
  })

  it('has its own environment and working directory each time', async () => {
    const text = `export default (ctx) => {
      ctx.set('a.b_v1', { token: process.env.TOKEN ?? null, left: process.env.LEFT ?? null, cwd: process.cwd() })
      process.env.LEFT = 'behind'
      process.chdir('/')
    }`
    const first = code(text, {}, { env: { TOKEN: 'a' } })
    const second = code(text, {}, { env: { PATH: '/bin' } })
    await node.execute(first)
    await node.execute(second)
    expect(first.context.get('a.b_v1')).toEqual({ token: 'a', left: null, cwd: bench.root })
    expect(second.context.get('a.b_v1')).toEqual({ token: null, left: null, cwd: bench.root })
    expect(pidOf(second)).toBe(pidOf(first))
  })

  it('fails as in process', async () => {
    const attempt = code(`export default async () => { throw Object.assign(new Error('no'), { code: 'E_NO' }) }`)
    const error = { code: 'STEP_FAILED', message: 'no', details: { code: 'E_NO' } }
    expect(await node.execute(attempt)).toMatchObject({ status: 'error', error })
    expect(attempt.log()).toContain('Error: no\n    at ')
    expect(await node.execute(code('export const a = 1'))).toMatchObject({ error: { code: 'EXPORT_MISSING' } })
    expect(await node.execute(code('export default () => 1'))).toMatchObject({ error: { code: 'STEP_RETURN_INVALID' } })
  })

  it('shares nothing with the runner', async () => {
    await node.execute(code('export default () => { globalThis.leaked = true }'))
    expect(globalThis).not.toHaveProperty('leaked')
  })
})

describe('the pool', () => {
  it('runs attempts side by side, and uses its workers again', async () => {
    const text = `export default () => new Promise((done) => setTimeout(done, 30))`
    const pair = [code(text), code(text)]
    await Promise.all(pair.map(async (attempt) => await node.execute(attempt)))
    expect(pidOf(pair[0]!)).not.toBe(pidOf(pair[1]!))
    const later = code(text)
    await node.execute(later)
    expect(pair.map(pidOf)).toContain(pidOf(later))
  })

  it('ends a worker in which something was left that could still run', async () => {
    const attempt = code(`import { spawn } from 'node:child_process'
      export default (ctx) => {
        setTimeout(() => {}, 60_000)
        ctx.set('child.pid_v1', spawn('sleep', ['60']).pid)
      }`)
    expect(await node.execute(attempt)).toMatchObject({ status: 'ok' })
    expect(lives(pidOf(attempt))).toBe(false)
    expect(lives(attempt.context.get('child.pid_v1') as number)).toBe(false)
  })

  it.runIf(process.platform === 'linux')('ends what left its group with its output, as soon as the attempt is to end', async () => {
    const attempt = code(
      `import { spawn } from 'node:child_process'
      export default async (ctx) => {
        ctx.set('child.pid_v1', spawn('sleep', ['60'], { detached: true, stdio: 'inherit' }).pid)
        console.error('up')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      }`,
      {},
      { mask: new SecretMask(['s3cr3t']), graceMs: 100 },
    )
    const done = node.execute(attempt)
    await expect.poll(() => attempt.log()).toContain('up')
    attempt.cancel()
    expect(await done).toMatchObject({ status: 'error', error: { code: 'STEP_CANCELLED' } })
    expect(lives(attempt.context.get('child.pid_v1') as number)).toBe(false)
  })

  it('replaces a worker that died while it was idle', async () => {
    const first = code('export default () => {}')
    await node.execute(first)
    kill(pidOf(first), 'SIGKILL')
    await expect.poll(() => watched.has(pidOf(first))).toBe(false)
    const second = code('export default () => {}')
    expect(await node.execute(second)).toMatchObject({ status: 'ok' })
    expect(pidOf(second)).not.toBe(pidOf(first))
  })

  it('leaves nothing behind when it is closed', async () => {
    const own = executor()
    const attempt = code('export default () => {}')
    await own.execute(attempt)
    expect(lives(pidOf(attempt))).toBe(true)
    await own.close()
    expect(lives(pidOf(attempt))).toBe(false)
  })
})

describe('a crash fails its attempt alone', () => {
  it.each([
    ['process.exit(0)', 'process.exit(0)', 'exited with code 0', { exitCode: 0 }],
    ['process.exit(7)', 'process.exit(7)', 'exited with code 7', { exitCode: 7 }],
    ['a signal', `process.kill(process.pid, 'SIGSEGV')`, 'was ended by SIGSEGV', {}],
    ['abort', 'process.abort()', 'was ended by SIGABRT', {}],
  ])('%s', async (_what, statement, how, facts) => {
    const other = node.execute(code('export default () => new Promise((done) => setTimeout(done, 50))'))
    const outcome = await node.execute(code(`export default () => new Promise(() => { ${statement} })`))
    const message = `The worker process of the step ${how}`
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_EXECUTOR_CRASHED', ...facts } })
    expect(outcome.status === 'error' && outcome.error.message).toContain(message)
    expect(await other).toMatchObject({ status: 'ok' })
  })

  it('a rejection that nobody handles', async () => {
    const adrift = code(`export default () => { Promise.reject(new Error('adrift')); return new Promise(() => {}) }`)
    expect(await node.execute(adrift)).toMatchObject({ error: { code: 'STEP_FAILED', message: 'adrift' } })
    expect(adrift.log()).toContain('Error: adrift')
    expect(lives(pidOf(adrift))).toBe(false)
  })

  it('an exception that nobody catches', async () => {
    const thrown = code(`export default () => new Promise(() => setTimeout(() => { throw new Error('late') }, 1))`)
    expect(await node.execute(thrown)).toMatchObject({ error: { code: 'STEP_FAILED', message: 'late' } })
  })

  it('a worker that does not start', async () => {
    const broken = executor({ workerEntry: pathToFileURL(join(bench.root, 'gone.js')) })
    const attempt = code('export default () => {}')
    expect(await broken.execute(attempt)).toMatchObject({ error: { code: 'STEP_EXECUTOR_CRASHED', exitCode: 1 } })
    expect(attempt.log()).toContain('gone.js')
    await broken.close()
  })

  it('a process that cannot be made', async () => {
    const attempt = code('export default () => {}', {}, { env: { BAD: 'nul\0' } })
    expect(await node.execute(attempt)).toMatchObject({ error: { code: 'STEP_EXECUTOR_CRASHED' } })
    const pool = new NodeWorkerPool({
      entry: new URL('file:///none.js'),
      execPath: join(bench.root, 'no-node'),
      execArgv: [],
      groups: { watch: () => undefined, unwatch: () => undefined },
      startTimeOf: () => '',
    })
    const unborn = code('export default () => {}')
    const outcome = await pool.run(unborn, runMessage(unborn, { url: 'file:///none.js' }))
    const message = expect.stringContaining('could not be started') as string
    expect(outcome).toMatchObject({ error: { code: 'STEP_EXECUTOR_CRASHED', message } })
  })
})

describe('the process of the runner', () => {
  const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const run = (after: string): { status: number | null; stdout: string; stderr: string } => {
    const program = bench.file('program.mts', `
      const { createNodeExecutor } = await import(${source('../node.ts')})
      const { Workbench } = await import(${source('../node-attempt.fixture.ts')})
      const bench = new Workbench()
      const node = createNodeExecutor({ startTimeOf: () => '' })
      await node.execute(bench.code('export default () => {}', { requiresProcess: true }))
      bench.remove()
      ${after}`)
    return spawnSync(process.execPath, [...FLAGS, program], { encoding: 'utf8' })
  }

  it('is not kept alive by an idle worker', () => {
    expect(run('')).toMatchObject({ status: 0, stderr: '' })
  })

  it('lives until its workers are closed', () => {
    const closed = { status: 0, stdout: 'closed\n', stderr: '' }
    expect(run(`await node.close(); console.log('closed')`)).toMatchObject(closed)
  })
})

describe('a worker whose runner dies', () => {
  it('ends with it, and so does what it started', async () => {
    bench.file('steps/wait.mts', `import { spawn } from 'node:child_process'
      export function wait(ctx) {
        ctx.set('child.pid_v1', spawn('sleep', ['60'], { stdio: 'inherit' }).pid)
        return new Promise(() => {})
      }`)
    const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
    const program = bench.file('runner.mts', `
      const { createNodeExecutor } = await import(${source('../node.ts')})
      const { Workbench } = await import(${source('../node-attempt.fixture.ts')})
      const attempt = new Workbench().attempt({ module: 'steps/wait', function: 'wait', requiresProcess: true })
      createNodeExecutor({ startTimeOf: () => '' }).execute({ ...attempt, workspace: ${JSON.stringify(bench.root)} })
      setInterval(() => {
        const child = attempt.context.get('child.pid_v1')
        if (child) console.log(JSON.stringify({ worker: attempt.spawned[0].pid, child }))
      }, 5)`)
    const runner = spawn(process.execPath, [...FLAGS, program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(runner.stdout, 'data')) as [Buffer]
    const { worker, child } = JSON.parse(String(line).split('\n')[0]!) as { worker: number; child: number }
    expect([lives(worker), lives(child)]).toEqual([true, true])
    runner.kill('SIGKILL')
    await expect.poll(() => [lives(worker), lives(child)]).toEqual([false, false])
  })
})

describe('a worker that is told to end', () => {
  const cancelled = { status: 'error', error: { code: 'STEP_CANCELLED', message: 'cancelled by the test' } }
  const started = (attempt: TestAttempt): Promise<void> => expect.poll(() => attempt.progress).toHaveLength(1)

  it('is ended in the middle of a loop, with its children', async () => {
    const attempt = code(`import { spawn } from 'node:child_process'
      export default (ctx, params, step) => {
        ctx.set('child.pid_v1', spawn('sleep', ['60']).pid)
        step.progress(1)
        return new Promise((go) => setTimeout(go, 5)).then(() => { for (;;); })
      }`)
    const running = node.execute(attempt)
    await started(attempt)
    attempt.cancel()
    expect(await running).toEqual(cancelled)
    expect(lives(pidOf(attempt))).toBe(false)
    expect(lives(attempt.context.get('child.pid_v1') as number)).toBe(false)
    expect(await node.execute(code('export default () => {}'))).toMatchObject({ status: 'ok' })
  })

  it('can wind down when it listens to its signal', async () => {
    const listening = code(
      `export default async (ctx, params, step) => {
        const told = new Promise((go) => step.signal.addEventListener('abort', go))
        step.progress(1)
        await told
        console.log('winding down')
      }`,
      {},
      { graceMs: 5000 },
    )
    const running = node.execute(listening)
    await started(listening)
    listening.cancel()
    expect(await running).toEqual(cancelled)
    expect(listening.log()).toBe('winding down\n')
    expect(lives(pidOf(listening))).toBe(false)
  })

  it.each([
    ['it ignores that, as does a child', 'step.signal'],
    ['a child outlives it', ''],
  ])('is killed with its group when %s', async (_what, listening) => {
    const attempt = code(
      `import { spawn } from 'node:child_process'
      export default (ctx, params, step) => new Promise((go) => {
        ${listening}
        const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'])
        ctx.set('child.pid_v1', child.pid)
        child.stdout.once('data', () => step.progress(1))
      })`,
      {},
      { graceMs: 50 },
    )
    const running = node.execute(attempt)
    await started(attempt)
    attempt.cancel()
    expect(await running).toEqual(cancelled)
    expect(lives(attempt.context.get('child.pid_v1') as number)).toBe(false)
  })

  it('does not begin when it was told before', async () => {
    const attempt = code(`export default (ctx, params, step) => new Promise(() => {})`)
    attempt.cancel()
    expect(await node.execute(attempt)).toEqual(cancelled)
  })

  it('may still be ended at once by SIGTERM after an attempt that listened', async () => {
    const first = code('export default (ctx, params, step) => void step.signal')
    await node.execute(first)
    const second = code(
      `export default (ctx, params, step) => {
        step.progress(1)
        return new Promise((go) => setTimeout(go, 1)).then(() => { for (;;); })
      }`,
      {},
      { graceMs: 60_000 },
    )
    const running = node.execute(second)
    await started(second)
    second.cancel()
    expect(await running).toEqual(cancelled)
    expect(pidOf(second)).toBe(pidOf(first))
  })
})
