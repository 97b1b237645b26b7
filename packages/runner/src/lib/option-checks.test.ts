import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalDecision, Clock, RunnerOptions } from './api.ts'
import { createRunner } from './create-runner.ts'
import { definePlan } from './plan-builder/define.ts'
import { runRecipe } from './run-recipe.ts'
import { RunWorld } from './run-world.fixture.ts'
import type { Durability } from './store.ts'
import { createFilesStore, type FilesStoreOptions } from './stores/files.ts'
import { createMemoryStore } from './stores/memory.ts'
import { createSqliteStore, type SqliteStoreOptions } from './stores/sqlite.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const plan = definePlan({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 'scripted', stage: 0 }] })
const refusal = (message: string) => ({ code: 'RUN_OPTION_INVALID', message })

it.each<[unknown, string]>([
  [0, '0'],
  [-1, '-1'],
  [1.5, '1.5'],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  ['4', "'4'"],
])('refuses a concurrency of %j, of a runner, a run and a resume', async (wrong, shown) => {
  const concurrency = wrong as number
  const refused = refusal(`\`concurrency\` is a whole number of at least 1, not ${shown}.`)
  await expect(world.runner({}, { concurrency })).rejects.toMatchObject(refused)
  const runner = await world.runner()
  await expect(runner.start(plan, { concurrency })).rejects.toMatchObject(refused)
  await expect(runner.accept(plan, { concurrency })).rejects.toMatchObject(refused)
  const run = await runner.start(plan)
  await run.result
  await expect(runner.resume(run.runId, { concurrency })).rejects.toMatchObject(refused)
  expect(await runner.store.list({})).toHaveLength(1)
  await runner.close()
})

it('refuses times that are none', async () => {
  for (const leaseMs of [0, -5, NaN, Infinity]) {
    await expect(world.runner({}, { leaseMs })).rejects.toMatchObject(refusal(`\`leaseMs\` is a number of milliseconds above 0, not ${leaseMs}.`))
  }
  for (const graceMs of [-1, NaN]) {
    await expect(world.runner({}, { graceMs })).rejects.toMatchObject(refusal(`\`graceMs\` is a number of milliseconds, 0 or more, not ${graceMs}.`))
  }
  await (await world.runner({}, { leaseMs: 0.5, graceMs: 0, concurrency: 1 })).close()
})

it.each([-3, 1.5, NaN])('refuses to read a journal from event %j on', async (fromSeq) => {
  const runner = await world.runner()
  const run = await runner.start(plan)
  await run.result
  await expect(runner.events(run.runId, { fromSeq })[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal(`\`fromSeq\` is the number of an event, from 0 on, not ${fromSeq}.`))
  await runner.close()
})

it('refuses a durability that is none, and makes no store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-durability-'))
  const durability = 'often' as Durability
  const refused = refusal("`durability` is `power` or `process`, not 'often'.")
  await expect(createSqliteStore({ file: join(folder, 'lorc.db'), durability })).rejects.toMatchObject(refused)
  await expect(createFilesStore({ dir: folder, durability })).rejects.toMatchObject(refused)
  rmSync(folder, { recursive: true })
})

describe('an option from JavaScript', () => {
  const misused = async (options: object, more?: object): Promise<unknown> => {
    const runner = await world.runner({}, options)
    const run = await runner.start(plan, more)
    await run.result
    return runner.close()
  }
  const executor = { types: ['x'], execute: () => {}, close: () => {} }

  it.each<[object, string]>([
    [{ workspace: 3 }, '`workspace` is a text, not 3.'],
    [{ parms: {} }, 'createRunner has no option `parms`.'],
    [{ store: createSqliteStore({ file: ':memory:' }) }, '`store` is a store, as `await createSqliteStore(...)` gives one, not Promise'],
    [{ store: { ...createMemoryStore(), takeSlot: undefined } }, '`store.takeSlot` is a function, not undefined.'],
    [{ executors: executor }, '`executors` is a list of executors, not {'],
    [{ executors: [executor, { ...executor, close: undefined }] }, '`executors[1].close` is a function, not undefined.'],
    [{ executors: [{ ...executor, types: 'x' }] }, "`executors[0].types` is a list of texts, not 'x'."],
    [{ jobs: true }, '`jobs` is a JobPort, not true.'],
    [{ env: 'PATH' }, "`env` is an object, not 'PATH'."],
    [{ allow: '/opt' }, "`allow` is a list of texts, not '/opt'."],
    [{ stateDir: 3 }, '`stateDir` is a text, not 3.'],
    [{ clock: Date }, '`clock` is an object with `now`, `monotonic` and `sleep`, not [Function: Date]'],
    [{ clock: { now: () => 0 } }, '`clock.monotonic` is a function, not undefined.'],
    [{ ids: {} }, '`ids.random` is a function, not undefined.'],
    [{ onRun: 'log' }, "`onRun` is a function, not 'log'."],
    [{ viewedEvents: -1 }, '`viewedEvents` is a whole number, 0 or more, not -1.'],
  ])('of a runner is told by its name: %o', async (options, message) => {
    await expect(misused(options)).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', message: expect.stringContaining(message) as string })
  })

  it.each<[unknown, string]>([
    [null, 'The options of TO are an object, not null.'],
    [{ prams: {} }, 'TO has no option `prams`.'],
    [{ only: 'a' }, "`only` is a list of texts, not 'a'."],
    [{ skip: new Set(['a']) }, '`skip` is a list of texts, not Set(1)'],
    [{ failFast: 'no' }, "`failFast` is true or false, not 'no'."],
    [{ signal: new AbortController() }, '`signal` is an AbortSignal, not AbortController'],
    [{ imported: [{}] }, '`imported[0]` is a `step.completed` event, not {}.'],
    [{ idempotency: { key: 'k' } }, '`idempotency.fingerprint` is a text, not undefined.'],
    [{ parent: {} }, '`parent.runId` is a text, not undefined.'],
    [{ runId: 3 }, '"3" is not an id that a run can have.'],
    [{ seed: null }, 'The seed null is not a whole number'],
  ])('of a run is told by its name, and nothing runs: %o', async (options, message) => {
    const runner = await world.runner()
    for (const to of ['start', 'accept', 'preview'] as const) {
      const refused = { code: 'RUN_OPTION_INVALID', message: expect.stringContaining(message.replace('TO', to)) as string }
      if (to !== 'accept' || !message.includes('signal')) await expect(runner[to](plan, options as object)).rejects.toMatchObject(refused)
    }
    expect([runner.begun, await runner.store.list()]).toEqual([[], []])
    await runner.close()
  })

  it('that is misspelt is told as what it may mean', async () => {
    await expect(world.runner({}, { concurency: 2 } as object)).rejects.toMatchObject({ fix: 'Did you mean `concurrency`?', details: { option: 'concurency' } })
    await expect(createRunner(undefined as unknown as RunnerOptions)).rejects.toMatchObject(refusal('The options of createRunner are an object, not undefined.'))
    await expect(createRunner({} as RunnerOptions)).rejects.toMatchObject({ ...refusal('`workspace` is a text, not undefined.'), fix: 'Give one that is.' })
    await expect(createSqliteStore({} as SqliteStoreOptions)).rejects.toMatchObject(refusal('`file` is a text, not undefined.'))
    await expect(createFilesStore(undefined as unknown as FilesStoreOptions)).rejects.toMatchObject(refusal('The options of createFilesStore are an object, not undefined.'))
  })

  it('of runRecipe is told before anything is read', async () => {
    const ran = (...given: unknown[]): Promise<unknown> => (runRecipe as (...all: unknown[]) => Promise<unknown>)(...given)
    await expect(ran(undefined)).rejects.toMatchObject(refusal('`file` is a text, not undefined.'))
    await expect(ran('nowhere.yaml', { parms: {} })).rejects.toMatchObject({ ...refusal('runRecipe has no option `parms`.'), fix: 'Did you mean `params`?' })
    await expect(ran('nowhere.yaml', { workspace: '.' })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID', message: 'The workspace "." is not an absolute path.' })
    writeFileSync(join(world.workspace, 'file'), '')
    await expect(ran('nowhere.yaml', { workspace: join(world.workspace, 'file') })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
  })
})

it('takes no word for a decision, and no request of nobody, into a journal', async () => {
  const runner = await world.runner()
  const run = await runner.start({ lorc: 1, name: 'p', steps: [{ name: 'sure', type: 'approval', stage: 0, approval: { message: 'Sure?' } }] })
  await world.clock.advance(1)
  const none = {} as { by: string; reason: string; approved: boolean }
  const word = { approved: 'no', by: 'ann', reason: 'r' } as unknown as ApprovalDecision
  for (const steer of ['cancel', 'pause', 'unpause'] as const) {
    expect(() => run[steer](none)).toThrow(`\`${steer}.by\` is a text, not undefined.`)
    await expect(runner[steer](run.runId, none)).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID' })
  }
  expect(() => run.approve('sure', word)).toThrow("`approve.approved` is true or false, not 'no'.")
  await expect(runner.approve(run.runId, 'sure', word)).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID' })
  await expect(runner.resume(run.runId, { repair: none })).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID' })
  await expect(runner.remove(run.runId as unknown as string[])).rejects.toMatchObject(refusal(`\`runIds\` is a list of texts, not '${run.runId}'.`))
  run.approve('sure', { approved: true, by: 'ann', reason: 'r' })
  expect(await run.result).toMatchObject({ status: 'completed' })
  await expect(runner.close({ settleMs: '1s' as unknown as number })).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID' })
  await runner.close()
})

it('asks for the run, or the step, that is meant', async () => {
  const runner = await world.runner()
  const run = await runner.start(plan)
  const none = undefined as unknown as string
  await expect(runner.writeRunFolder({} as string)).rejects.toMatchObject(refusal('`run` is the id or the handle of a run, not {}.'))
  await expect(runner.logPath(none, 'a', 1)).rejects.toMatchObject(refusal('`runId` is a text, not undefined.'))
  for (const ask of [() => run.logPath(none, 1), () => run.progress(none)]) expect(ask).toThrow('`step` is a text, not undefined.')
  expect(() => definePlan('p').step('a', undefined as never)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID', message: 'The options of step "a" are not an object.' }))
  await run.result
  await runner.close()
})

/** A clock that breaks as soon as the driver of a run is there. */
function stopping(clock: Clock): Clock {
  const now = (): number => {
    if (new Error().stack!.includes('Driver.begin')) throw new Error('no time')
    return clock.now()
  }
  return { now, monotonic: () => clock.monotonic(), sleep: (ms, wake) => clock.sleep(ms, wake) }
}

it('leaves no rejection to nobody where the making of a run fails', async () => {
  const left: unknown[] = []
  const keep = (reason: unknown): void => void left.push(reason)
  process.on('unhandledRejection', keep)
  const runner = await world.runner({}, { clock: stopping(world.clock) })
  world.store.commit = () => Promise.reject(new Error('no room'))
  await expect(runner.start(plan)).rejects.toThrow('no time')
  await runner.close()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', keep)
  expect(left).toEqual([])
})
