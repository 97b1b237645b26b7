import { getEventListeners } from 'node:events'
import { existsSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { StepExecutor } from '../executor.ts'
import { Workbench } from './node-attempt.fixture.ts'
import { claimStrayError, inScope } from './node/node-output.ts'
import { createNodeExecutor } from './node.ts'

const bench = new Workbench()
const node: StepExecutor = createNodeExecutor({ startTimeOf: () => 'now' })

afterAll(async () => {
  await node.close()
  bench.remove()
})

const OK = { status: 'ok', outputs: null }
/** Files are looked at once in a turn of the event loop. */
const aTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('exports', () => {
  it('runs a function, and answers at once from the second time on', async () => {
    const attempt = bench.code(`export default (ctx, params, step) => ctx.set('a.b_v1', [params.n, step.name])`, {
      args: { n: 1 },
    })
    expect(await node.execute(attempt)).toEqual(OK)
    expect(attempt.context.get('a.b_v1')).toEqual([1, 'load'])
    expect(node.execute(attempt)).toEqual(OK)
    expect(existsSync(attempt.logPath)).toBe(false)
  })

  it('runs a class, a new instance for each attempt, validate first', async () => {
    const attempt = bench.code(
      `export class Load {
        seen: string[] = []
        async validate(ctx, params) { this.seen.push('validate') }
        run(ctx, params) { this.seen.push('run'); ctx.set('a.b_v1', this.seen) }
      }`,
      { function: 'Load' },
    )
    await node.execute(attempt)
    await node.execute(attempt)
    expect(attempt.context.get('a.b_v1')).toEqual(['validate', 'run'])
  })

  it.each([
    ['throws', `validate() { throw new Error('no src') }`, 'no src'],
    ['rejects', `async validate() { throw new Error('no src') }`, 'no src'],
    ['returns false', `validate() { return false }`, 'validate() returned false'],
    ['resolves to false', `async validate() { return false }`, 'validate() returned false'],
  ])('does not run when validate %s', async (_how, validate, message) => {
    const attempt = bench.code(`export default class { ${validate}; run(ctx) { ctx.set('a.b_v1', 1) } }`)
    expect(await node.execute(attempt)).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED', message } })
    expect(attempt.context.writes()).toEqual({})
  })

  it('takes CommonJS modules and packages', async () => {
    bench.file('old.cjs', `exports.load = (ctx) => ctx.set('a.b_v1', 1)`)
    const attempt = bench.attempt({ module: './old', function: 'load' })
    expect(await node.execute(attempt)).toEqual(OK)
    expect(attempt.context.has('a.b_v1')).toBe(true)
  })

  it.each([
    ['missing', { function: 'Laod' }, 'EXPORT_MISSING', 'It exports Load.'],
    ['no function', { function: 'limit' }, 'EXPORT_MISSING', 'It exports Load.'],
    ['a class without run', { function: 'Load' }, 'EXPORT_MISSING', 'It exports Load.'],
  ])('reports an export that is %s', async (_what, step, code, fix) => {
    const attempt = bench.code(`export const limit = 3; export class Load { rum() {} }`, step)
    expect(await node.execute(attempt)).toMatchObject({ status: 'error', error: { code, fix } })
  })

  it.each([
    ['a module that is not there', { module: 'gone' }, 'MODULE_MISSING'],
    ['a module outside the workspace', { module: '../gone' }, 'PATH_OUTSIDE_WORKSPACE'],
    ['no module', {}, 'PLAN_INVALID'],
  ])('reports %s, in process and in a worker', async (_what, step, code) => {
    for (const requiresProcess of [false, true]) {
      const outcome = await node.execute(bench.attempt({ ...step, requiresProcess }))
      expect(outcome).toMatchObject({ status: 'error', error: { code } })
    }
  })

  it('reports a module that does not parse or throws, with the stack in the log', async () => {
    for (const code of ['export default (', `throw new Error('on import'); export default 1`]) {
      const attempt = bench.code(code)
      expect(await node.execute(attempt)).toMatchObject({ status: 'error', error: { code: 'MODULE_BROKEN' } })
      expect(attempt.log()).toContain('Error')
    }
    const attempt = bench.code(`throw 'a text'`)
    const message = expect.stringContaining('a text') as string
    expect(await node.execute(attempt)).toMatchObject({ error: { message } })
    const odd = bench.code(`throw Object.assign(new Error(), { message: { id: 7 } })`)
    expect(await node.execute(odd)).toMatchObject({ error: { code: 'MODULE_BROKEN', message: expect.stringContaining('{ id: 7 }') as string } })
  })

  it('has nothing to propose for a module without functions', async () => {
    const outcome = await node.execute(bench.code('export const a = 1'))
    expect(outcome).toMatchObject({ error: { code: 'EXPORT_MISSING', fix: 'It exports no function and no class.' } })
  })

  it('keeps a module for the run, and sees a change in the next one', async () => {
    const version = (n: number): string => `export default (ctx) => ctx.set('a.b_v1', ${n})`
    const first = bench.code(version(1))
    await node.execute(first)
    const file = bench.file(first.step.module!, version(2))
    utimesSync(file, 1, 1)
    await node.execute(first)
    expect(first.context.get('a.b_v1')).toBe(1)
    const next = { ...bench.attempt({ module: first.step.module! }), runId: 'run_2' }
    await node.execute(next)
    expect(next.context.get('a.b_v1')).toBe(2)
  })

  it('answers a new run at once, as long as the file is there unchanged', async () => {
    const attempt = bench.code('export default () => {}')
    const inRun = (runId: string): unknown => node.execute({ ...attempt, runId })
    await inRun('one')
    await inRun('two')
    expect(inRun('three')).toEqual(OK)
    rmSync(join(bench.root, attempt.step.module!))
    expect(inRun('three')).toEqual(OK)
    await aTurn()
    expect(await inRun('four')).toMatchObject({ status: 'error', error: { code: 'MODULE_MISSING' } })
  })

  it('tells workspaces apart', async () => {
    const other = new Workbench()
    const text = (n: number): string => `export default (ctx) => ctx.set('a.b_v1', ${n})`
    const [first, second] = [bench, other].map((place, at) => {
      place.file('same.mts', text(at))
      return place.attempt({ module: 'same.mts' })
    })
    await node.execute(first!)
    await node.execute({ ...second!, runId: 'run_2' })
    expect([first, second].map((attempt) => attempt?.context.get('a.b_v1'))).toEqual([0, 1])
    other.remove()
  })

  it('remembers a bounded number of runs', async () => {
    const attempt = bench.code('export default () => {}')
    await node.execute({ ...attempt, runId: 'many' })
    await node.execute({ ...attempt, runId: 'many_0' })
    for (let run = 1; run < 255; run++) expect(node.execute({ ...attempt, runId: `many_${run}` })).toEqual(OK)
    bench.file(attempt.step.module!, 'export default () => { throw new Error("changed") }')
    expect(node.execute({ ...attempt, runId: 'many' })).toEqual(OK)
    await aTurn()
    await node.execute({ ...attempt, runId: 'one_more' })
    expect(await node.execute({ ...attempt, runId: 'many' })).toMatchObject({ error: { message: 'changed' } })
  })
})

describe('what it returns', () => {
  it.each([
    [`{ status: 'ok', outputs: ['a.b_v1', 'x'], n: 3 }`, { status: 'ok', outputs: ['a.b_v1', 'x'], meta: { n: 3 } }],
    [`{ status: 'ok' }`, OK],
    [`{ status: 'ok', exit_code: 0 }`, OK],
    [`Promise.resolve()`, OK],
    [
      `{ status: 'error', reason: 'no rows', exit_code: 3, step: 'load' }`,
      { status: 'error', error: { code: 'STEP_FAILED', message: 'no rows', exitCode: 3, details: { step: 'load' } } },
    ],
    [
      `{ status: 'error', reason: 'no rows' }`,
      { status: 'error', error: { code: 'STEP_FAILED', message: 'no rows', exitCode: 1 } },
    ],
  ])('accepts %s', async (value, outcome) => {
    expect(await node.execute(bench.code(`export default () => (${value})`))).toEqual(outcome)
  })

  it.each([
    ['1', 'neither nothing nor an envelope'],
    ['null', 'neither nothing nor an envelope'],
    [`'done'`, 'neither nothing nor an envelope'],
    ['{}', '`status` is neither'],
    [`{ status: 'done' }`, '`status` is neither'],
    [`{ status: 'ok', exit_code: 1 }`, '`exit_code` is not 0'],
    [`{ status: 'ok', outputs: 'x' }`, '`outputs` is not a list of texts'],
    [`{ status: 'ok', outputs: [1] }`, '`outputs` is not a list of texts'],
    [`{ status: 'ok', at: new Date() }`, 'is not JSON'],
    [`{ status: 'error' }`, '`reason` is not a text'],
    [`{ status: 'error', reason: 'x', exit_code: 0 }`, '`exit_code` is not an integer'],
    [`{ status: 'error', reason: 'x', exit_code: '1' }`, '`exit_code` is not an integer'],
  ])('refuses %s', async (value, why) => {
    const outcome = await node.execute(bench.code(`export default async () => (${value})`))
    const message = expect.stringContaining(why) as string
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_RETURN_INVALID', message } })
  })

  it('survives an envelope that throws when it is looked at', async () => {
    const sly = bench.code(`export default async () => ({ get status() { throw new Error('sly') } })`)
    const outcome = await node.execute(sly)
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED', message: 'sly' } })
  })

  it('awaits a thenable that is not a promise', async () => {
    expect(await node.execute(bench.code('export default () => ({ then: (done) => void done() })'))).toEqual(OK)
  })
})

describe('what it throws', () => {
  it('records the message and the code, and logs the stack', async () => {
    const code = `export default () => { throw Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }) }`
    const attempt = bench.code(code)
    const error = { code: 'STEP_FAILED', message: 'no answer', details: { code: 'ETIMEDOUT' } }
    expect(await node.execute(attempt)).toEqual({ status: 'error', error })
    expect(attempt.log()).toMatch(/Error: no answer\n +at .*s\d+\.mts/)
  })

  it.each([
    [`'text'`, 'text'],
    ['{ a: 1 }', '{ a: 1 }'],
    ['undefined', 'undefined'],
    ['new RangeError()', 'RangeError'],
    [`new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })`, 'fetch failed: ECONNREFUSED'],
    [`Object.assign(new Error(), { message: { id: 1n } })`, '{ id: 1n }'],
    [`Object.defineProperty(new Error(), 'message', { get() { throw 1 } })`, 'it threw something that cannot be read'],
  ])('records a thrown %s', async (value, message) => {
    const outcome = await node.execute(bench.code(`export default async () => { throw ${value} }`))
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED', message } })
  })

  it('says that the context refused a value', async () => {
    const outcome = await node.execute(bench.code(`export default (ctx) => ctx.set('a.b_v1', { at: [new Date()] })`))
    expect(outcome).toMatchObject({
      status: 'error',
      error: { code: 'STEP_CONTEXT_REFUSED', details: { code: 'CONTEXT_NOT_JSON', path: '$.at[0]' } },
    })
  })
})

describe('what a step gets', () => {
  it('has its names, its folder and its variables', async () => {
    const attempt = bench.code(
      `import { existsSync } from 'node:fs'
      export default (ctx, params, step) => {
        const { name, runId, attempt, idempotencyKey, item, index, env } = step
        const folder = existsSync(step.artifactsDir)
        ctx.set('a.b_v1', { name, runId, attempt, idempotencyKey, items: [item ?? null, index ?? null], env: { ...env }, folder, params })
        step.progress(1, 2)
        step.progress(2)
      }`,
      { env: { grant: ['TOKEN', 'ABSENT'], set: { MODE: 'x' } } },
      { env: { TOKEN: 't', MODE: 'x', PATH: '/bin' } },
    )
    await node.execute(attempt)
    expect(attempt.context.get('a.b_v1')).toEqual({
      name: 'load',
      runId: 'run_1',
      attempt: 1,
      idempotencyKey: attempt.idempotencyKey,
      items: [null, null],
      env: { TOKEN: 't', MODE: 'x' },
      folder: true,
      params: {},
    })
    expect(attempt.progress).toEqual([
      [1, 2],
      [2, null],
    ])
  })

  it('creates no folder, reads no environment and makes no signal unless asked', async () => {
    const attempt = bench.code('export default (ctx) => ctx.keys()[0]')
    await node.execute(attempt)
    for (const name of ['artifactsDir', 'env', 'signal', 'logPath'] as const) {
      Object.defineProperty(attempt, name, { get: () => expect.unreachable(name) })
    }
    expect(node.execute(attempt)).toEqual(OK)
  })

  it('cannot change the arguments of the next attempt', async () => {
    const attempt = bench.code('export default (ctx, params) => { params.list.push(1) }', { args: { list: [] } })
    expect(await node.execute(attempt)).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED' } })
    expect(attempt.step.args).toEqual({ list: [] })
  })
})

describe('output', () => {
  it('puts log lines and the console into the log of the attempt, each its own', async () => {
    const code = `export default async (ctx, params, step) => {
      console.group('group', params.n)
      await new Promise((done) => setTimeout(done, 5))
      console.error('error', params.n)
      step.log.debug('d %d', params.n)
      step.log.warn('w', { n: params.n })
      step.log.error('e')
    }`
    const attempts = [1, 2].map((n) => bench.code(code, { args: { n } }))
    await Promise.all(attempts.map(async (attempt) => await node.execute(attempt)))
    const text = (n: number): string => `group ${n}\n  error ${n}\nDEBUG d ${n}\nWARN w { n: ${n} }\nERROR e\n`
    expect(attempts.map((attempt) => attempt.log())).toEqual([text(1), text(2)])
  })

  it('leaves the console of everybody else alone, and puts it back', async () => {
    await new Promise(setImmediate)
    const original = vi.spyOn(console, 'info').mockImplementation(() => undefined)
    const spied = console.info
    const attempt = bench.code(`export default () => new Promise((done) => setTimeout(done, 5))`)
    const running = node.execute(attempt)
    expect(console.info).not.toBe(spied)
    console.info('mine')
    expect(original).toHaveBeenCalledWith('mine')
    await running
    await expect.poll(() => console.info).toBe(spied)
    expect(existsSync(attempt.logPath)).toBe(false)
  })

  it('writes a flood as it comes', async () => {
    const attempt = bench.code(`import { statSync } from 'node:fs'
      export default (ctx, { log }) => {
        for (let i = 0; i < 2000; i++) console.log('x'.repeat(99))
        if (statSync(log).size < 150_000) throw new Error('still in memory')
      }`)
    const step = { ...attempt.step, args: { log: attempt.logPath } }
    expect(await node.execute({ ...attempt, step })).toEqual(OK)
    expect(attempt.log().length).toBe(200_000)
  })

  it('does not fail a step over a log that cannot be written', async () => {
    const logPath = join(bench.root, 'no/such/folder')
    const attempt = bench.code(`export default () => console.log('x')`, {}, { logPath })
    expect(await node.execute(attempt)).toEqual(OK)
  })
})

describe('a step that is told to end', () => {
  const cancelled = { status: 'error', error: { code: 'STEP_CANCELLED', message: 'cancelled by the test' } }

  it('sees it by its signal', async () => {
    const attempt = bench.code(`export default (ctx, params, { signal }) =>
      new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason)))`)
    const running = node.execute(attempt)
    await expect.poll(() => getEventListeners(attempt.signal, 'abort').length > 1).toBe(true)
    attempt.cancel()
    expect(await running).toEqual(cancelled)
  })

  it('is cut short, whatever it returns', async () => {
    const attempt = bench.code(`export default async (ctx, params, { signal }) => {
      while (!signal.aborted) await new Promise((done) => setTimeout(done, 1))
      return { status: 'ok' }
    }`)
    const running = node.execute(attempt)
    attempt.cancel()
    expect(await running).toEqual(cancelled)
  })

  it('is given up when it does not listen; what it writes later is dropped', async () => {
    const attempt = bench.code(
      `export default async (ctx) => {
        await new Promise((go) => (globalThis.goOn = go))
        ctx.set('a.b_v1', 1)
        console.log('late line')
        throw new Error('late error')
      }`,
      {},
      { graceMs: 5 },
    )
    const running = node.execute(attempt)
    await expect.poll(() => globalThis).toHaveProperty('goOn')
    attempt.cancel()
    expect(await running).toEqual(cancelled)
    ;(globalThis as unknown as { goOn(): void }).goOn()
    await expect.poll(() => attempt.log()).toContain('late error')
    expect(attempt.log()).toContain('the step was told to end and went on')
    expect(attempt.log()).toContain('when it wrote a.b_v1; the write is dropped')
    expect(attempt.log()).toContain('late line')
    expect(attempt.context.writes()).toEqual({})
  })
})

describe('claimStrayError', () => {
  it('fails the attempt that left an error to nobody', async () => {
    const claims: boolean[] = []
    const onStray = (error: unknown): void => void claims.push(claimStrayError(error))
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', onStray)
    try {
      const code = `export default () => { Promise.reject(new Error('adrift')); return new Promise(() => {}) }`
      const adrift = bench.code(code)
      const outcome = await node.execute(adrift)
      expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED', message: 'adrift' } })
      expect(adrift.log()).toContain('left this error to nobody: Error: adrift')
      expect(claims).toEqual([true])
    } finally {
      process.off('unhandledRejection', onStray)
      for (const listener of others) process.on('unhandledRejection', listener)
    }
  })

  it('does not claim what no step made', () => {
    expect(claimStrayError(new Error('mine'))).toBe(false)
    const fail = vi.fn()
    expect(inScope({ write: () => undefined, fail }, () => claimStrayError('theirs'))).toBe(true)
    expect(fail).toHaveBeenCalledWith('theirs')
  })
})
