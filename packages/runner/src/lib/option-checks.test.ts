import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock } from './api.ts'
import { definePlan } from './plan-builder/define-plan.ts'
import { RunWorld } from './run-world.fixture.ts'
import type { Durability } from './store.ts'
import { createFilesStore } from './stores/files.ts'
import { createSqliteStore } from './stores/sqlite.ts'

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
