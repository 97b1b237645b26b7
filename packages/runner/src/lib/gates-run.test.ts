import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'
import type { Script } from './testing/scripted-executor.ts'
import { settled } from './testing/fake-clock.ts'

let world: RunWorld
beforeEach(() => void (world = new RunWorld()))
afterEach(() => world.remove())

const nope = () => ({ status: 'error' as const, error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('expressions', () => {
  it('tell handlers what failed the run first, and that nothing did', async () => {
    const seen: unknown[] = []
    const tell: Script = ({ step }) => void seen.push([step.name, step.args])
    const args = { what: '${{ run.failure }}' }
    const handlers = [
      { name: 'alarm', phase: 'on_failure' as const, stage: 0, args: { text: '${{ run.failure.step }}: ${{ run.failure.code }}' } },
      { name: 'tidy', phase: 'always' as const, stage: 0, args },
    ]
    const plan = scriptedPlan({ name: 'a', continueOnError: true, stage: 0 }, { name: 'b', forEach: { items: '[1]' }, stage: 1 }, { name: 'c', stage: 1 }, ...handlers)
    const scripts = { alarm: tell, tidy: tell, a: nope, 'b[0]': nope, c: nope }
    const run = await world.runner(scripts)
    const { runId, result } = await run.start(plan)
    const { failedStep, error } = await result
    expect(seen.splice(0)).toEqual([
      ['alarm', { text: `${failedStep}: ${error?.code}` }],
      ['tidy', { what: { step: failedStep, code: error?.code, message: error?.message } }],
    ])
    const mended = await world.runner({ alarm: tell, tidy: tell })
    await (await mended.resume(runId)).result
    expect(seen.splice(0)).toEqual([['tidy', { what: null }]])
  })

  it('tell handlers of a time limit, which no step is to blame for', async () => {
    const seen: unknown[] = []
    const run = await world.runner({
      a: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(nope()))),
      alarm: ({ step }) => void seen.push(step.args),
    })
    const { result } = await run.start({ ...scriptedPlan({ name: 'a' }, { name: 'alarm', phase: 'on_failure', stage: 0, args: { what: '${{ run.failure }}' } }), timeoutMs: 1000 })
    await world.clock.advance(1000)
    await result
    expect(seen).toEqual([{ what: { step: null, code: 'RUN_TIMEOUT', message: 'The run took longer than its timeout of 1 s.' } }])
  })

  it('decide, resolve and judge over what the run knows', async () => {
    const seen: unknown[] = []
    const run = await world.runner(
      {
        a: ({ context }) => context.set('a.rows_v1', [1, 2]),
        b: ({ step, env }) => void seen.push(step.args, env['SIZE'], env['TOKEN']),
        d: ({ context }) => context.set('d.ok_v1', false),
      },
      { env: { TOKEN: 'tok', HOME: '/h' } },
    )
    const plan = scriptedPlan(
      { name: 'a' },
      {
        name: 'b',
        when: 'size(ctx.a.rows_v1) == 2 && steps.a.status == "completed"',
        args: { rows: '${{ ctx.a.rows_v1 }}', text: '${{ run.name }}/${{ steps.a.attempts }}', token: '${{ env.TOKEN }}' },
      },
      { name: 'c', when: 'size(ctx.a.rows_v1) > 2' },
      { name: 'd', success: { when: 'ctx.d.ok_v1' } },
    )
    const { result, runId } = await run.start({ ...plan, env: { grant: ['TOKEN'], set: { SIZE: '${{ has(ctx.a.rows_v1) ? size(ctx.a.rows_v1) : 0 }}' } } })
    const { steps, status, error } = await result
    expect(seen).toEqual([{ rows: [1, 2], text: 'demo/1', token: 'tok' }, '2', 'tok'])
    expect(steps[2]).toMatchObject({ status: 'skipped', reason: 'when: size(ctx.a.rows_v1) > 2 is false, as a.rows_v1 is [1,2]', attempts: 0 })
    expect({ status, error }).toMatchObject({ status: 'failed', error: { code: 'STEP_SUCCESS_UNMET' } })
    expect((await run.view(runId)).context.has('d.ok_v1')).toBe(false)
  })

  it('see no secret and no step that is not there', async () => {
    const run = await world.runner({}, { env: { TOKEN: 'hush-hush' } })
    const plan = { ...scriptedPlan({ name: 'a', when: 'has(env.TOKEN) || "b" in steps', env: { grant: ['TOKEN'], set: {} } }), secrets: ['TOKEN'] }
    expect((await (await run.start(plan)).result).steps[0]!.status).toBe('skipped')
  })

  it('see what the variables of their step come to, wherever they stand', async () => {
    const run = await world.runner()
    const days = { grant: [], set: { DAYS: '${{ params.days }}' } }
    const nowhere = { grant: [], set: { PLACE: '${{ ctx.no.key_v1 }}' } }
    const plan = scriptedPlan(
      { name: 'a', when: 'env.STAGE == "test"', success: { when: 'env.STAGE == "test"' } },
      { name: 'b', when: 'env.STAGE == "live"' },
      { name: 'each', env: days, forEach: { items: 'env.DAYS.split(",")' }, concurrencyGroup: { name: 'db-${{ env.STAGE }}', limit: 1 } },
      { name: 'c', env: nowhere, when: 'has(env.PLACE)' },
    )
    const options = { params: { stage: 'test', days: '1,2' } }
    const { steps } = await (await run.start({ ...plan, env: { grant: [], set: { STAGE: '${{ params.stage }}' } } }, options)).result
    expect(Object.fromEntries(steps.map(({ name, status }) => [name, status]))).toMatchObject({
      a: 'completed', b: 'skipped', each: 'completed', 'each[0]': 'completed', 'each[1]': 'completed', c: 'failed',
    })
    expect(steps.find(({ name }) => name === 'c')!.error).toMatchObject({ code: 'EXPRESSION_FAILED', message: expect.stringContaining('`env.PLACE` of the step `c`') as string })
  })

  it('fail the step that they belong to', async () => {
    const run = await world.runner()
    const failing = await (await run.start(scriptedPlan({ name: 'a', args: ['${{ ctx.no.key_v1 }}'] }, { name: 'b' }))).result
    expect(failing).toMatchObject({ status: 'failed', failedStep: 'a', error: { code: 'EXPRESSION_FAILED' } })
    expect(failing.steps[0]).toMatchObject({ attempts: 1 })
    expect(run.begun).toEqual([])
    const undecided = await (await run.start(scriptedPlan({ name: 'a', when: 'dyn(1)' }))).result
    expect(undecided.steps[0]).toMatchObject({ status: 'failed', attempts: 0, error: { code: 'EXPRESSION_FAILED' } })
  })
})

describe('produces', () => {
  const produces = { 'a.row_v1': { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }, 'a.any_v1': true as const }

  it('lets fitting values pass, and others, and refuses what does not fit', async () => {
    const run = await world.runner({
      a: ({ context }) => {
        context.set('a.row_v1', { n: 1 })
        context.set('a.any_v1', 'x')
        context.set('a.other_v1', 'y')
      },
      b: ({ context }) => context.set('b.row_v1', { n: 'one' }),
    })
    const { steps, error, context } = await (await run.start(scriptedPlan({ name: 'a', produces }, { name: 'b', produces: { 'b.row_v1': produces['a.row_v1'] } }))).result
    expect(steps[0]!.status).toBe('completed')
    expect(error).toMatchObject({ code: 'STEP_PRODUCES_UNMET', message: expect.stringContaining('$.n') as string })
    expect(context.get('a.row_v1')).toEqual({ n: 1 })
  })

  it('is of what each item writes: the one that does not fit fails', async () => {
    const items = { items: '[1, 2]' }
    const run = await world.runner({ 'a[0]': ({ context }) => context.set('a.n_v1', 1), 'a[1]': ({ context }) => context.set('a.n_v1', 2) })
    const fits = { 'a.n_v1': { type: 'integer' } }
    expect((await (await run.start(scriptedPlan({ name: 'a', forEach: items, produces: fits }))).result).status).toBe('completed')
    const wrong = { 'a.n_v1': { type: 'integer', maximum: 1 } }
    const { error, steps } = await (await run.start(scriptedPlan({ name: 'a', forEach: items, produces: wrong }))).result
    expect(error?.code).toBe('STEP_ITEMS_FAILED')
    expect(steps.map(({ name, error }) => [name, error?.code])).toEqual([['a', 'STEP_ITEMS_FAILED'], ['a[0]', undefined], ['a[1]', 'STEP_PRODUCES_UNMET']])
  })
})

describe('an approval', () => {
  const gate = { name: 'gate', type: 'approval', approval: { message: 'Publish ${{ run.name }}?', by: ['ana', 'bo'] } }
  const yes = { approved: true, by: 'ana', reason: 'looks good' }

  it('waits for a decision, and the step says whose it was', async () => {
    const run = await world.runner()
    const handle = await run.start(scriptedPlan(gate, { name: 'b' }))
    await settled()
    expect((await run.view(handle.runId)).steps[0]).toMatchObject({
      status: 'running',
      approval: { message: 'Publish demo?', by: ['ana', 'bo'], expiresAt: null, decision: null },
    })
    expect(() => handle.approve('gate', { ...yes, by: 'eve' })).toThrow(expect.objectContaining({ code: 'APPROVAL_NOT_ALLOWED' }) as Error)
    expect(() => handle.approve('b', yes)).toThrow(expect.objectContaining({ code: 'APPROVAL_UNKNOWN' }) as Error)
    handle.approve('gate', yes)
    expect((await handle.result).status).toBe('completed')
    expect(await world.events(handle.runId)).toContainEqual(expect.objectContaining({ type: 'step.completed', step: 'gate', meta: { by: 'ana', reason: 'looks good' } }))
    expect((await run.view(handle.runId)).steps[0]!.approval?.decision).toMatchObject(yes)
  })

  it('fails when it is rejected, and asks anew when the run is resumed', async () => {
    const run = await world.runner()
    const handle = await run.start(scriptedPlan(gate, { name: 'b' }))
    await settled()
    handle.approve('gate', { approved: false, by: 'bo', reason: 'not today' })
    expect(await handle.result).toMatchObject({ status: 'failed', failedStep: 'gate', error: { code: 'APPROVAL_REJECTED', message: 'bo rejected it: not today' } })
    const again = await run.resume(handle.runId)
    await settled()
    again.approve('gate', yes)
    expect(await again.result).toMatchObject({ status: 'completed' })
    expect((await run.view(handle.runId)).steps[0]).toMatchObject({ attempts: 2 })
  })

  it('fails at its time limit, which a resume does not begin anew', async () => {
    const first = await world.runner()
    const { runId } = await first.start(scriptedPlan({ ...gate, timeoutMs: 10_000 }))
    await world.clock.advance(6000)
    await world.orphan(runId)
    const run = await world.runner()
    const handle = await run.resume(runId)
    await world.clock.advance(3999)
    expect((await run.view(runId)).status).toBe('running')
    await world.clock.advance(1)
    expect(await handle.result).toMatchObject({ status: 'failed', error: { code: 'APPROVAL_TIMEOUT', message: 'Nobody decided within 10 s.' } })
    expect((await world.types(runId)).filter((type) => type === 'approval.requested')).toHaveLength(1)
  })

  it('cannot be decided after its time limit, which nobody was there to see', async () => {
    const first = await world.runner()
    const { runId } = await first.start(scriptedPlan({ ...gate, timeoutMs: 10_000 }))
    await settled()
    await world.orphan(runId)
    await world.clock.advance(10_000)
    const run = await world.runner()
    await expect(run.approve(runId, 'gate', yes)).rejects.toMatchObject({ code: 'APPROVAL_DECIDED', message: expect.stringContaining('"gate" could be decided on until ') as string })
    const handle = await run.resume(runId)
    await world.clock.advance(1)
    expect(await handle.result).toMatchObject({ status: 'failed', error: { code: 'APPROVAL_TIMEOUT' } })
  })

  it('does not time out once it is decided', async () => {
    const run = await world.runner()
    const handle = await run.start(scriptedPlan({ ...gate, timeoutMs: 1000 }, { name: 'other', type: 'approval' }))
    await settled()
    handle.approve('gate', yes)
    await world.clock.advance(2000)
    handle.approve('other', yes)
    expect((await handle.result).status).toBe('completed')
  })

  it('is decided through the inbox, and without a driver', async () => {
    const first = await world.runner()
    const { runId } = await first.start(scriptedPlan(gate, { ...gate, name: 'gate2' }))
    await settled()
    await expect(first.approve(runId, 'nothing', yes)).rejects.toMatchObject({ code: 'RUN_STEP_UNKNOWN' })
    await expect(first.approve(runId, 'gate2', yes)).rejects.toMatchObject({ code: 'APPROVAL_UNKNOWN' })
    expect(await first.approve(runId, 'gate', yes)).toBe('requested')
    await first.approve(runId, 'gate', { ...yes, approved: false })
    await world.clock.advance(500)
    await world.orphan(runId)
    const run = await world.runner()
    expect(await run.approve(runId, 'gate2', yes)).toBe('done')
    await expect(run.approve(runId, 'gate2', yes)).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' })
    expect((await (await run.resume(runId)).result).status).toBe('completed')
  })

  it('takes decisions while the run is paused', async () => {
    const run = await world.runner()
    const handle = await run.start(scriptedPlan(gate, { name: 'b' }))
    await settled()
    handle.pause(yes)
    handle.approve('gate', yes)
    await settled()
    expect(run.begun).toEqual([])
    handle.unpause(yes)
    expect((await handle.result).status).toBe('completed')
  })

  it('goes on though its driver has yet to come to pausing', async () => {
    const run = await world.runner()
    const handle = await run.start(scriptedPlan(gate, { name: 'b' }))
    await settled()
    const elsewhere = await world.runner()
    await expect(elsewhere.unpause(handle.runId, yes)).rejects.toMatchObject({ code: 'RUN_NOT_PAUSED' })
    expect(await elsewhere.pause(handle.runId, yes)).toBe('requested')
    expect(await elsewhere.unpause(handle.runId, yes)).toBe('requested')
    await elsewhere.approve(handle.runId, 'gate', yes)
    await world.clock.advance(1000)
    expect((await handle.result).status).toBe('completed')
    expect((await world.types(handle.runId)).filter((type) => type.includes('paused'))).toEqual(['run.paused', 'run.unpaused'])
  })
})

describe('cancelling a paused run', () => {
  const yes = { by: 'ana', reason: 'lunch' }
  const plan = scriptedPlan({ name: 'gate', type: 'approval' }, { name: 'b' }, { name: 'tidy', stage: 0, phase: 'always' })

  it('ends the pause, for its handlers', async () => {
    const run = await world.runner()
    const handle = await run.start(plan)
    await settled()
    handle.pause(yes)
    handle.cancel({ by: 'bo', reason: 'enough' })
    expect(await handle.result).toMatchObject({ status: 'cancelled' })
    expect(run.begun).toEqual(['tidy#1'])
    expect((await world.events(handle.runId)).find(({ type }) => type === 'run.unpaused')).toMatchObject({ by: 'bo', reason: 'enough' })
  })

  it('that nobody drives does so, too', async () => {
    const first = await world.runner()
    const handle = await first.start(plan)
    await settled()
    handle.pause(yes)
    await settled()
    await first.close()
    const run = await world.runner()
    expect(await run.cancel(handle.runId, { by: 'bo', reason: 'enough' })).toBe('cancelled')
    expect(run.begun).toEqual(['tidy#1'])
  })
})

describe('phases', () => {
  const plan = scriptedPlan({ name: 'a' }, { name: 'ok', stage: 0, phase: 'on_success' }, { name: 'no', stage: 0, phase: 'on_failure' }, { name: 'last', stage: 0, phase: 'always' })

  it('end the run with the main outcome', async () => {
    const run = await world.runner({ a: nope })
    const { runId, result } = await run.start(plan)
    expect(await result).toMatchObject({ status: 'failed', failedStep: 'a', error: { message: 'no luck' } })
    expect(run.begun).toEqual(['a#1', 'no#1', 'last#1'])
    const again = await world.runner()
    const resumed = await (await again.resume(runId)).result
    expect(resumed.status).toBe('completed')
    expect(again.begun).toEqual(['a#2', 'ok#1', 'last#2'])
    expect(resumed.steps.map(({ status, reason }) => [status, reason])).toEqual([
      ['completed', null], ['completed', null], ['skipped', 'the run completed'], ['completed', null],
    ])
    expect((await again.view(runId)).steps).toEqual(resumed.steps)
  })

  it('fail a run whose end fails', async () => {
    const run = await world.runner({ last: nope })
    expect(await (await run.start(plan)).result).toMatchObject({ status: 'failed', failedStep: 'last' })
  })

  it('run after a time limit, which does not end them', async () => {
    const run = await world.runner({ a: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))), last: () => new Promise((resolve) => void world.clock.sleep(5000, () => resolve(undefined))) })
    const handle = await run.start({ ...plan, timeoutMs: 1000, deadlineMs: 2000 })
    await world.clock.advance(6000)
    expect(await handle.result).toMatchObject({ status: 'failed', failedStep: null, error: { code: 'RUN_TIMEOUT' } })
    expect(run.begun).toEqual(['a#1', 'no#1', 'last#1'])
  })

  it('end at once when the run is killed', async () => {
    const stuck = ({ signal }: { signal: AbortSignal }) => new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const run = await world.runner({ a: stuck, last: stuck })
    const handle = await run.start(plan)
    await settled()
    handle.cancel({ by: 'ana', reason: 'stop' })
    await settled()
    expect(run.begun).toEqual(['a#1', 'last#1'])
    handle.cancel({ by: 'ana', reason: 'stop', kill: true })
    handle.cancel({ by: 'ana', reason: 'stop', kill: true })
    expect((await handle.result).status).toBe('cancelled')
  })
})

describe('the deadline', () => {
  it('counts from the creation of the run, a resume included', async () => {
    const first = await world.runner({ a: () => new Promise(() => {}) })
    const { runId } = await first.start({ ...scriptedPlan({ name: 'a' }), deadlineMs: 10_000 })
    await world.clock.advance(6000)
    await world.orphan(runId)
    const run = await world.runner({ a: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) })
    const handle = await run.resume(runId)
    await world.clock.advance(4000)
    expect(await handle.result).toMatchObject({ status: 'failed', error: { code: 'RUN_DEADLINE', message: 'The run did not end within 10 s of its creation.', fix: expect.stringContaining('Start it anew') as string } })
  })
})

describe('a concurrency group', () => {
  const concurrencyGroup = { name: 'db-${{ run.name }}', limit: 1 }

  it('keeps steps of all runs apart, and says once who is waited for', async () => {
    let open!: () => void
    const held = new Promise<void>((resolve) => (open = resolve))
    const first = await world.runner({ a: () => held })
    const one = await first.start(scriptedPlan({ name: 'a', concurrencyGroup }))
    await settled()
    const run = await world.runner()
    const two = await run.start(scriptedPlan({ name: 'b', concurrencyGroup }))
    await world.clock.advance(3000)
    expect(run.begun).toEqual([])
    open()
    await settled()
    await world.clock.advance(500)
    expect((await two.result).status).toBe('completed')
    expect((await one.result).status).toBe('completed')
    expect((await world.events(two.runId)).filter(({ type }) => type === 'step.waiting')).toEqual([
      expect.objectContaining({ step: 'b', group: 'db-demo', limit: 1, holders: [{ runId: one.runId, step: 'a' }] }),
    ])
  })

  it('fails the step whose group has no name', async () => {
    const run = await world.runner()
    const result = await (await run.start(scriptedPlan({ name: 'a', concurrencyGroup: { name: '${{ ctx.no.key_v1 }}', limit: 1 } }))).result
    expect(result).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED' } })
    expect(result.steps[0]!.attempts).toBe(0)
  })

  it('gets a slot back that came too late', async () => {
    const { store } = world
    const take = store.takeSlot.bind(store)
    const late: (() => void)[] = []
    store.takeSlot = (...given) => new Promise((resolve) => late.push(() => resolve(take(...given))))
    const run = await world.runner()
    const handle = await run.start(scriptedPlan({ name: 'a', concurrencyGroup: { name: 'db', limit: 1 } }))
    await settled()
    handle.pause({ by: 'ana', reason: '' })
    late[0]!()
    await settled()
    expect(await take('db', 1, { runId: handle.runId, step: 'other', epoch: 1 })).toBe('granted')
    await store.releaseSlot('db', { runId: handle.runId, step: 'other', epoch: 1 })
    handle.unpause({ by: 'ana', reason: '' })
    await world.clock.advance(500)
    late[1]!()
    expect((await handle.result).status).toBe('completed')
  })
})

describe('a link', () => {
  it('is durable before it is acted on, and known to the attempts that follow', async () => {
    const links: (string | null)[] = []
    const script = async ({ link, childRun, number }: { link(runId: string): Promise<void>; childRun: string | null; number: number }) => {
      links.push(childRun)
      if (number > 1) return
      await link('run_child')
      links.push((await world.types((await world.store.list())[0]!.runId)).includes('step.linked') ? 'durable' : null)
      return nope()
    }
    const run = await world.runner({ a: (attempt) => script({ link: (runId) => attempt.link(runId), childRun: attempt.childRun, number: attempt.number }) })
    const { runId, result } = await run.start(scriptedPlan({ name: 'a' }))
    await result
    expect((await (await run.resume(runId)).result).steps[0]).toMatchObject({ status: 'completed', childRun: 'run_child' })
    expect(links).toEqual([null, 'durable', 'run_child'])
  })
})
