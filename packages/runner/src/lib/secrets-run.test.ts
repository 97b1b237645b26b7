import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunnerOptions } from './api.ts'
import { RunnerError } from './errors.ts'
import type { Plan } from './plan.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'
import { untilEnded, type Script } from './testing/scripted-executor.ts'

const SECRET = 'sup3r-s3cret'
const env = { TOKEN: SECRET }

describe('a run with secrets', () => {
  let world: RunWorld
  beforeEach(() => (world = new RunWorld()))
  afterEach(() => world.remove())

  const secretive = (...steps: Parameters<typeof scriptedPlan>): Plan => ({ ...scriptedPlan(...steps), secrets: ['TOKEN'] })

  async function ended(script: Script, plan = secretive({ name: 'a' }), options: Partial<RunnerOptions> = {}) {
    const runner = await world.runner({ a: script }, { env, ...options })
    const handle = await runner.start(plan)
    const result = await handle.result
    const journal = JSON.stringify(await world.events(handle.runId))
    await runner.writeRunFolder(handle.runId)
    await runner.close()
    return { result, journal, handle }
  }

  async function abandoned(): Promise<string> {
    const runner = await world.runner({ a: untilEnded }, { env })
    const { runId } = await runner.start(secretive({ name: 'a' }))
    await runner.close()
    await world.orphan(runId)
    return runId
  }

  const filesBelow = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))

  it('masks errors wherever they are recorded', async () => {
    const { result, journal } = await ended(() => {
      throw new RunnerError('STEP_FAILED', `no entry with ${SECRET}`)
    })
    expect(result).toMatchObject({ status: 'failed', error: { message: 'no entry with ***' }, steps: [{ error: { message: 'no entry with ***' } }] })
    expect(journal).not.toContain(SECRET)
    for (const file of filesBelow(world.workspace)) expect(readFileSync(file, 'utf8'), file).not.toContain(SECRET)
  })

  it('masks what is journaled of a log', async () => {
    const { result, handle } = await ended(() => ({ status: 'ok', outputs: null, log: [`using ${SECRET}`, 'done'] }))
    expect(result.steps[0]?.log).toEqual(['using ***', 'done'])
    expect(existsSync(handle.logPath('a', 1))).toBe(false)
    for (const file of filesBelow(world.workspace)) expect(readFileSync(file, 'utf8'), file).not.toContain(SECRET)
  })

  it.each([
    ['what it writes', { writes: { 'no such key': { value: 1 } } }, {}],
    ['what it says that it put out', { outputs: ['nowhere.txt'] }, {}],
    ['what it left out', {}, { success: { ctxHasKeys: ['a.x_v1'] } }],
  ])('keeps the log of an attempt that is refused for %s, masked', async (_, outcome, step) => {
    const { result, handle } = await ended(() => ({ status: 'ok', outputs: null, log: [`using ${SECRET}`, 'done'], ...outcome }), secretive({ name: 'a', ...step }))
    expect(result.steps[0]).toMatchObject({ status: 'failed' })
    expect(result.steps[0]).not.toHaveProperty('log')
    expect(readFileSync(handle.logPath('a', 1), 'utf8')).toBe('using ***\ndone\n')
  })

  it('masks what an executor of any kind left in the log', async () => {
    const { handle } = await ended((attempt) => appendFileSync(attempt.logPath, `using ${SECRET}\n`))
    expect(readFileSync(handle.logPath('a', 1), 'utf8')).toBe('using ***\n')
  })

  it('leaves a log without secrets alone, and removes one that it cannot mask', async () => {
    const { handle } = await ended((attempt) => {
      appendFileSync(attempt.logPath, `using ${SECRET}\n`)
      mkdirSync(`${attempt.logPath}.masked`)
    })
    expect(existsSync(handle.logPath('a', 1))).toBe(false)
    const quiet = await ended((attempt) => appendFileSync(attempt.logPath, 'nothing\n'))
    expect(readFileSync(quiet.handle.logPath('a', 1), 'utf8')).toBe('nothing\n')
  })

  it.each<[string, Script, string]>([
    ['context value', ({ context }) => context.set('a.b_v1', { to: [SECRET] }), 'The context value a.b_v1.to[0] holds the secret TOKEN.'],
    ['output', () => ({ status: 'ok', outputs: null, writes: { 'a.b_v1': { value: SECRET } } }), 'The context value a.b_v1 holds'],
    ['envelope field', () => ({ status: 'ok', outputs: [], meta: { note: SECRET } }), 'The field of the envelope note holds'],
  ])('refuses it in a %s', async (_, script, words) => {
    const { result, journal } = await ended(script)
    expect(result).toMatchObject({ status: 'failed', error: { code: 'SECRET_LEAKED', message: expect.stringContaining(words) as string } })
    expect(journal).not.toContain(SECRET)
  })

  it('refuses it in the name of a file', async () => {
    const { result } = await ended((attempt) => {
      mkdirSync(attempt.artifactsDir, { recursive: true })
      appendFileSync(join(attempt.artifactsDir, `${SECRET}.txt`), '')
    })
    expect(result.error).toMatchObject({ code: 'SECRET_LEAKED', message: expect.stringContaining('The name of an output') as string })
  })

  it('does not begin with one in the plan or in a parameter, or with one that is not set', async () => {
    const runner = await world.runner({}, { env })
    const leaked = { code: 'SECRET_LEAKED' }
    await expect(runner.start(secretive({ name: 'a', args: { key: SECRET } }))).rejects.toMatchObject(leaked)
    await expect(runner.start(secretive({ name: 'a' }), { params: { key: SECRET } })).rejects.toMatchObject(leaked)
    const bare = await world.runner()
    await expect(bare.start(secretive({ name: 'a' }))).rejects.toMatchObject({ code: 'SECRET_MISSING', details: { missing: ['TOKEN'] } })
    expect([runner.begun, bare.begun, await world.store.list()]).toEqual([[], [], []])
  })

  it('takes over no value that holds one from another run', async () => {
    const careless = await world.runner({ a: ({ context }) => context.set('a.b_v1', SECRET) }, { env })
    await (await careless.start(scriptedPlan({ name: 'a' }, { name: 'b' }))).result
    const plan = secretive({ name: 'a' }, { name: 'b' })
    await expect(careless.start(plan, { resumeFrom: ['b'] })).rejects.toMatchObject({
      code: 'SECRET_LEAKED',
      message: expect.stringContaining('Of step "a" the imported value a.b_v1') as string,
    })
  })

  it('grants it to the steps that name it and to no other', async () => {
    const seen: unknown[] = []
    const runner = await world.runner(
      { a: ({ env: own }) => void seen.push(own), b: ({ env: own }) => void seen.push(own) },
      { env: { LORC_TOKEN: SECRET, LORC_A: '1' } },
    )
    const plan = { ...scriptedPlan({ name: 'a' }, { name: 'b', env: { grant: ['LORC_TOKEN'], set: {} } }), secrets: ['LORC_TOKEN'] }
    await (await runner.start(plan)).result
    expect(seen).toEqual([{ LORC_A: '1' }, { LORC_A: '1', LORC_TOKEN: SECRET }])
  })

  it('records what the other variables are that steps see, by their hashes', async () => {
    const runner = await world.runner({}, { env: { ...env, STAGE: 'test', MINE: '1', OTHER: '2' } })
    const grant = { grant: ['TOKEN', 'MINE', 'ABSENT'], set: {} }
    const plan: Plan = { ...secretive({ name: 'a', env: grant }), env: { grant: ['STAGE'], set: {} } }
    const handle = await runner.start(plan)
    await handle.result
    const [created] = await world.events(handle.runId)
    expect(created).toMatchObject({ env: { MINE: '6b86b273ff34fce1', STAGE: '9f86d081884c7d65' } })
    expect(Object.keys((created as { env?: object }).env ?? {})).toEqual(['MINE', 'STAGE'])
    expect((await world.events((await runner.start(scriptedPlan({ name: 'a' }))).runId))[0]).not.toHaveProperty('env')
  })

  it('masks what somebody gives as a reason, with a driver and without', async () => {
    const runner = await world.runner({ a: untilEnded }, { env })
    const handle = await runner.start(secretive({ name: 'a' }))
    const other = await world.runner({}, { env })
    const why = { by: 'ann', reason: `${SECRET} ran out` }
    expect(await other.pause(handle.runId, why)).toBe('requested')
    expect(JSON.stringify(await world.store.inbox(handle.runId))).not.toContain(SECRET)
    expect(await other.cancel(handle.runId, why)).toBe('requested')
    expect(JSON.stringify(await world.store.inbox(handle.runId))).not.toContain(SECRET)
    await runner.close()
    await world.orphan(handle.runId)
    expect(await other.pause(handle.runId, why)).toBe('done')
    await world.orphan(handle.runId)
    expect(await other.cancel(handle.runId, why)).toBe('cancelled')
    const journal = JSON.stringify(await world.events(handle.runId))
    expect(journal).not.toContain(SECRET)
    expect(journal).toContain('*** ran out')
  })

  it('is refused in what a repair sets', async () => {
    const runner = await world.runner({ a: () => Promise.reject(new Error('kaputt')) }, { env })
    const handle = await runner.start(secretive({ name: 'a' }))
    await handle.result
    const repair = { by: 'ann', reason: 'r', set: { 'a.b_v1': `x ${SECRET}` }, from: ['a'] }
    await expect(runner.resume(handle.runId, { repair })).rejects.toMatchObject({ code: 'SECRET_LEAKED' })
    expect(await world.types(handle.runId)).not.toContain('context.set')
  })

  it('can be cancelled where the secret is not set, but not resumed; then masks what was left behind', async () => {
    const runner = await world.runner({ a: untilEnded }, { env })
    const handle = await runner.start(secretive({ name: 'a' }))
    const log = handle.logPath('a', 1)
    mkdirSync(dirname(log), { recursive: true })
    await runner.close()
    appendFileSync(log, `half a ${SECRET}`)
    await world.orphan(handle.runId)
    const bare = await world.runner({ a: untilEnded })
    await expect(bare.resume(handle.runId)).rejects.toMatchObject({ code: 'SECRET_MISSING' })
    expect(readFileSync(log, 'utf8')).toContain(SECRET)
    const knowing = await world.runner({}, { env })
    const resumed = await knowing.resume(handle.runId)
    expect(readFileSync(log, 'utf8')).toBe('half a ***')
    expect(await resumed.result).toMatchObject({ status: 'completed' })
    expect(await bare.cancel(await abandoned(), { by: 'ann', reason: 'enough' })).toBe('cancelled')
  })

})
