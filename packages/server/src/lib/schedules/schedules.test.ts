import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMemoryStore, createRunner, type AttemptOutcome, type Runner, type RunStore } from '@lorc/runner'
import { TestClock } from '@lorc/runner/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ServerError } from '../errors.ts'
import { Intake } from '../intake/intake.ts'
import { RecipeCatalogue } from '../recipes/recipe-catalogue.ts'
import type { ServiceLog } from '../log.ts'
import { scratch } from '../service.fixture.ts'
import { Firings } from './firings.ts'
import { Schedules } from './schedules.ts'

// The clock begins at 2026-01-09T12:34:56Z.
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const recipe = (name: string, schedule: string): string => `name: ${name}\nschedule: ${schedule}\nsteps:\n  - { name: work, type: shell, script: work.sh }\n`

let clock: TestClock
let store: RunStore
let services: Service[]
beforeEach(() => {
  services = []
  clock = new TestClock()
  store = createMemoryStore()
})

interface Service {
  schedules: Schedules
  runner: Runner
  intake: Intake
  /** Of the log, with what they are about. */
  said: string[]
  /** As if recipes had changed. */
  changed(): void
  stop(): Promise<void>
}

/** Work that goes on until it is told to end. */
class Work {
  readonly #ends: (() => void)[] = []
  begun = 0

  execute = (attempt: { signal: AbortSignal }): Promise<AttemptOutcome> => {
    this.begun++
    return new Promise((resolve) => {
      this.#ends.push(() => resolve({ status: 'ok', outputs: null }))
      attempt.signal.addEventListener('abort', () => resolve({ status: 'error', error: { code: 'X', message: 'ended' } }), { once: true })
    })
  }

  end(): void {
    this.#ends.shift()?.()
  }
}

async function service(workspace: string, execute: Work['execute'] = () => Promise.resolve({ status: 'ok', outputs: null }), on: RunStore = store): Promise<Service> {
  const runner = await createRunner({ workspace, store: on, clock, leaseMs: 24 * HOUR, executors: [{ types: ['shell'], execute, close: async () => undefined }] })
  const said: string[] = []
  const log: ServiceLog = (level, message, fields) => void said.push(`${level} ${message}: ${String(fields?.['recipe'])} ${(fields?.['reason'] ?? fields?.['error'] ?? '') as string}`.trim())
  const intake = new Intake({ runner, clock, log }, { driven: 100, waiting: 100 })
  let changed = (): void => undefined
  const schedules = new Schedules({
    runner,
    intake,
    workspace,
    clock,
    recipes: new RecipeCatalogue({ root: workspace, allow: [], stateDir: join(workspace, '.lorc') }, ['recipes']),
    log,
    watch: (tell) => {
      changed = tell
      return () => undefined
    },
  })
  let stopped = false
  const stop = async (): Promise<void> => {
    if (stopped) return
    stopped = true
    await schedules.stop()
    await runner.close()
  }
  onTestFinished(stop)
  const made = { schedules, runner, intake, said, changed: () => changed(), stop }
  services.push(made)
  schedules.start()
  await pass(0)
  return made
}

/** Lets time pass, from one whole minute to the next: those are the times of schedules. */
async function pass(ms: number): Promise<void> {
  const settle = async (): Promise<void> => {
    await clock.advance(0)
    for (const { schedules } of services) await schedules.settled()
    await clock.advance(0)
  }
  await settle()
  for (let left = ms; left > 0; ) {
    const step = Math.min(MINUTE - (clock.now() % MINUTE), left)
    await clock.leap(step)
    left -= step
    await settle()
  }
}

const files = (...schedules: string[]): Record<string, string> => ({
  'work.sh': '',
  ...Object.fromEntries(schedules.map((schedule, i) => [`recipes/r${i}.yaml`, recipe(`r${i}`, schedule)])),
})

/** What became of each time, the first first. */
async function firings(path = 'recipes/r0.yaml', on = store): Promise<string[]> {
  const kept = await new Firings(on, path).last(1000)
  return kept.toReversed().map(({ at, state, reason }) => `${new Date(at).toISOString().slice(8, 16)} ${state}${reason === null ? '' : ` (${reason.replace(/run_\S+,/, 'RUN,')})`}`)
}
const runs = async (on = store) => (await on.list({ limit: 1000 })).reverse()

describe('schedules', () => {
  it('start a run at each time, and record what made it', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *' }", "'30 13 * * *'"))
    const { runner } = await service(workspace)
    await pass(2 * HOUR)
    expect(await firings()).toEqual(['09T13:00 started', '09T14:00 started'])
    expect(await firings('recipes/r1.yaml')).toEqual(['09T13:30 started'])
    const all = await runs()
    expect(all.map(({ name, status, createdAt }) => [name, status, new Date(createdAt).toISOString().slice(11, 19)])).toEqual([
      ['r0', 'completed', '13:00:00'],
      ['r1', 'completed', '13:30:00'],
      ['r0', 'completed', '14:00:00'],
    ])
    const { recipe: from, provenance } = await runner.view(all[0]!.runId)
    expect([from?.path, provenance.origin]).toEqual(['recipes/r0.yaml', { type: 'schedule', recipe: 'recipes/r0.yaml', at: Date.UTC(2026, 0, 9, 13) }])
  })

  it('fire once, though two services share the store', async () => {
    const workspace = await scratch(files("'*/5 * * * *'"))
    await service(workspace)
    await service(workspace)
    await pass(HOUR)
    expect(await firings()).toHaveLength(12)
    expect(await runs()).toHaveLength(12)
  })

  it('go on where the clock was ahead and is set right, and act on no time twice', async () => {
    const { said } = await service(await scratch(files("'0 * * * *'", "{ cron: '0 * * * *', catch_up: all }")))
    await pass(HOUR)
    clock.jump(2 * HOUR)
    await pass(HOUR)
    clock.jump(-2 * HOUR)
    await pass(4 * HOUR)
    const hours = (...all: number[]): string[] => all.map((hour) => `09T${hour}:00 started`)
    expect(await firings()).toEqual(hours(13, 15, 16, 17, 18))
    expect(await firings('recipes/r1.yaml')).toEqual(hours(13, 14, 15, 16, 17, 18))
    expect(await runs()).toHaveLength(11)
    expect(said.filter((line) => line.startsWith('error'))).toEqual([])
  })

  it('keep to the clock of their time zone where it is changed', async () => {
    const workspace = await scratch(files("{ cron: '30 2 * * *', timezone: Europe/Berlin }"))
    await clock.leap(Date.UTC(2026, 2, 27, 12) - clock.now())
    await service(workspace)
    for (const time of ['28T01:30', '29T01:00', '30T00:30', '31T00:30']) {
      await clock.leap(Date.parse(`2026-03-${time}:00Z`) - clock.now() - 90_000)
      await pass(2 * MINUTE)
    }
    expect(await firings()).toEqual(['28T01:30 started', '29T01:00 started', '30T00:30 started', '31T00:30 started'])
  })

  it('come once, or as often as the hour does, where clocks are put back', async () => {
    const workspace = await scratch(files("{ cron: '30 2 * * *', timezone: Europe/Berlin }", "{ cron: '30 * * * *', timezone: Europe/Berlin }"))
    await clock.leap(Date.UTC(2026, 9, 24, 22, 10) - clock.now())
    await service(workspace)
    await pass(5 * HOUR)
    expect(await firings()).toEqual(['25T00:30 started'])
    expect(await firings('recipes/r1.yaml')).toEqual(['24T22:30 started', '24T23:30 started', '25T00:30 started', '25T01:30 started', '25T02:30 started'])
  })

  it('start nothing where there is none, and wait for none', async () => {
    const workspace = await scratch({ 'work.sh': '', 'recipes/plain.yaml': recipe('plain', "'@daily'").replace(/schedule.*\n/, '') })
    const { said, changed } = await service(workspace)
    expect(clock.nextIn).toBeUndefined()
    await writeFile(join(workspace, 'recipes/new.yaml'), recipe('new', "'0 13 * * *'"))
    changed()
    await pass(HOUR)
    expect(await firings('recipes/new.yaml')).toEqual(['09T13:00 started'])
    await rm(join(workspace, 'recipes/new.yaml'))
    changed()
    await pass(24 * HOUR)
    expect([await firings('recipes/new.yaml'), said.filter((line) => line.startsWith('error'))]).toEqual([['09T13:00 started'], []])
  })

  it('notice a changed schedule, which begins anew', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', catch_up: all }"))
    const { changed } = await service(workspace)
    await pass(HOUR)
    await writeFile(join(workspace, 'recipes/r0.yaml'), recipe('r0', "{ cron: '*/20 * * * *', catch_up: all }"))
    changed()
    await pass(20 * MINUTE)
    expect(await firings()).toEqual(['09T13:00 started', '09T13:40 started'])
  })

  it('notice one that is changed while they are looked at', async () => {
    const workspace = await scratch(files("'0 * * * *'"))
    const gate = Promise.withResolvers<void>()
    const looking = Promise.withResolvers<void>()
    const document: RunStore['document'] = async (collection, key) => {
      looking.resolve()
      await gate.promise
      return store.document(collection, key)
    }
    const begun = service(workspace, undefined, { ...store, document })
    await looking.promise
    await writeFile(join(workspace, 'recipes/r0.yaml'), recipe('r0', "'* * * * *'"))
    services[0]!.changed()
    gate.resolve()
    await begun
    await services[0]!.schedules.settled()
    await clock.advance(200)
    await pass(2 * MINUTE)
    expect(await firings()).toEqual(['09T12:35 started', '09T12:36 started'])
  })
})

describe('after a downtime', () => {
  const cases: [string, string[]][] = [
    ['none', ['09T13:00 started', '09T18:00 started']],
    ['last', ['09T13:00 started', '09T17:00 started', '09T18:00 started']],
    ['all', ['09T13:00 started', '09T14:00 started', '09T15:00 started', '09T16:00 started', '09T17:00 started', '09T18:00 started']],
  ]
  it.each(cases)('catch_up: %s', async (catchUp, expected) => {
    const workspace = await scratch(files(`{ cron: '0 * * * *', catch_up: ${catchUp} }`))
    const first = await service(workspace)
    await pass(HOUR)
    await first.stop()
    await clock.leap(4 * HOUR)
    await service(workspace)
    await pass(HOUR)
    expect(await firings()).toEqual(expected)
    expect((await runs()).map(({ status }) => status)).toEqual(expected.map(() => 'completed'))
  })

  it('does not make up for what was before the schedule', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', catch_up: all }"))
    await service(workspace)
    expect(await firings()).toEqual([])
  })

  it('makes up for all one after the other', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', catch_up: all }"))
    await (await service(workspace)).stop()
    await clock.leap(3 * HOUR)
    const work = new Work()
    await service(workspace, work.execute)
    expect(await firings()).toEqual(['09T13:00 started', '09T14:00 queued (RUN, of an earlier time, goes on)', '09T15:00 queued (RUN, of an earlier time, goes on)'])
    work.end()
    await pass(0)
    expect([work.begun, (await firings())[1]]).toEqual([2, '09T14:00 started'])
    work.end()
    await pass(0)
    work.end()
    await pass(0)
    expect((await runs()).map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
  })

  it.each([['all', 'queued'], ['last', 'skipped']])('catch_up: %s: a time that comes while others are made up for is %s', async (catchUp, state) => {
    const workspace = await scratch(files(`{ cron: '0 * * * *', catch_up: ${catchUp} }`))
    await (await service(workspace)).stop()
    await clock.leap(3 * HOUR)
    const work = new Work()
    await service(workspace, work.execute)
    await pass(HOUR)
    expect((await firings()).at(-1)).toBe(`09T16:00 ${state} (RUN, of an earlier time, goes on)`)
    if (state === 'skipped') return
    for (let n = 0; n < 3; n++) {
      work.end()
      await pass(0)
    }
    expect((await firings()).map((line) => line.slice(9))).toEqual(['started', 'started', 'started', 'started'])
    await pass(HOUR)
    expect((await firings()).at(-1)).toBe('09T17:00 skipped (RUN, of an earlier time, goes on)')
  })
})

describe('while the run of an earlier time goes on', () => {
  it('a time is left out', async () => {
    const work = new Work()
    const { said } = await service(await scratch(files("'0 * * * *'")), work.execute)
    await pass(2 * HOUR)
    work.end()
    await pass(HOUR)
    expect(await firings()).toEqual(['09T13:00 started', '09T14:00 skipped (RUN, of an earlier time, goes on)', '09T15:00 started'])
    expect(said).toContainEqual(expect.stringContaining('warn a schedule has left a time out: recipes/r0.yaml run_'))
  })

  it('a time waits, and those behind it', async () => {
    const work = new Work()
    await service(await scratch(files("{ cron: '0 * * * *', overlap: queue }")), work.execute)
    await pass(3 * HOUR)
    expect(await firings()).toEqual(['09T13:00 started', '09T14:00 queued (RUN, of an earlier time, goes on)', '09T15:00 queued (RUN, of an earlier time, goes on)'])
    work.end()
    await pass(0)
    expect([work.begun, await firings()]).toEqual([2, ['09T13:00 started', '09T14:00 started', expect.stringContaining('09T15:00 queued')]])
  })

  it('no more than 100 wait', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', catch_up: all, overlap: queue }"))
    await (await service(workspace)).stop()
    await clock.leap(120 * HOUR)
    await service(workspace, new Work().execute)
    await pass(2 * HOUR)
    const states = (await firings()).map((line) => line.slice(9))
    expect([states.length, states[0], states.filter((state) => state.startsWith('queued')).length, states.at(-1)]).toEqual([102, 'started', 100, 'skipped (100 earlier times wait)'])
  })

  it('the run is cancelled, and the later time takes its place; of several that wait, the last one', async () => {
    const work = new Work()
    const { runner } = await service(await scratch(files("{ cron: '0 * * * *', overlap: cancel_running }")), work.execute)
    await pass(HOUR)
    expect((await runs()).map(({ status }) => status)).toEqual(['running'])
    await pass(HOUR)
    expect(await firings()).toEqual(['09T13:00 started', '09T14:00 started'])
    const [cancelled, going] = await runs()
    expect([cancelled?.status, going?.status]).toEqual(['cancelled', 'running'])
    expect((await runner.view(cancelled!.runId)).error?.message).toContain('the schedule of recipes/r0.yaml has come to its next time')
  })

  it('or is about to be begun by another service, a time waits, and those that wait do', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', overlap: queue }"))
    const work = new Work()
    await service(workspace, work.execute)
    await pass(HOUR)
    const at = Date.UTC(2026, 0, 9, 14)
    await clock.leap(at - MINUTE - clock.now())
    // No time of this schedule: it came when the schedule was another.
    const another = await new Firings(store, 'recipes/r0.yaml').claim({ at: at - MINUTE, runId: 'run_claimed', missed: false }, at - 1)
    work.end()
    await pass(MINUTE)
    expect([work.begun, (await firings()).slice(1)]).toEqual([1, ['09T13:59 claimed', '09T14:00 queued (RUN, of an earlier time, goes on)']])
    await pass(10_000)
    expect(work.begun).toBe(1)
    await new Firings(store, 'recipes/r0.yaml').change(another!, { state: 'failed', reason: 'of no recipe' })
    await pass(5000)
    expect([work.begun, (await firings()).at(-1)]).toEqual([2, '09T14:00 started'])
  })

  it('waits no more for a run that ended in another service', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', overlap: queue }"))
    const work = new Work()
    const first = await service(workspace, work.execute)
    await pass(HOUR)
    await first.schedules.stop()
    const second = await service(workspace)
    await pass(HOUR)
    expect((await firings())[1]).toContain('queued')
    work.end()
    await pass(5000)
    expect([(await firings())[1], second.said.some((line) => line.includes('is gone'))]).toEqual(['09T14:00 started', false])
  })

  it.each(['skip', 'queue'])('that run goes on here, if the service that drove it is gone: overlap %s', async (overlap) => {
    const workspace = await scratch(files(`{ cron: '0 * * * *', overlap: ${overlap} }`))
    const first = await service(workspace, new Work().execute)
    await pass(HOUR)
    await first.stop()
    const work = new Work()
    const { said } = await service(workspace, work.execute)
    await pass(HOUR)
    expect([work.begun, (await firings())[1]]).toEqual([1, expect.stringMatching(/^09T14:00 (skipped|queued)/)])
    expect(said).toContainEqual(expect.stringContaining('info a run of a schedule whose service is gone goes on here: recipes/r0.yaml'))
    work.end()
    await pass(0)
    expect([(await runs())[0]?.status, work.begun]).toEqual(['completed', overlap === 'queue' ? 2 : 1])
  })
})

describe('a service that dies', () => {
  it('between its claim and its run: another starts that run, once', async () => {
    const workspace = await scratch(files("'0 * * * *'"))
    const at = Date.UTC(2026, 0, 9, 13)
    await (await service(workspace)).stop()
    await clock.leap(at - clock.now())
    await new Firings(store, 'recipes/r0.yaml').claim({ at, runId: 'run_claimed', missed: false }, clock.now())
    await service(workspace)
    expect(await firings()).toEqual(['09T13:00 claimed'])
    await pass(12 * MINUTE)
    expect(await firings()).toEqual(['09T13:00 started'])
    expect((await runs()).map(({ runId }) => runId)).toEqual(['run_claimed'])
  })

  it('between its run and the record of it: there is no second one', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *' }"))
    const at = Date.UTC(2026, 0, 9, 13)
    await new Firings(store, 'recipes/r0.yaml').claim({ at, runId: 'run_claimed', missed: false }, clock.now())
    const { runner, intake } = await service(workspace, new Work().execute)
    await intake.accept({ lorc: 1, name: 'r0', steps: [{ name: 'work', type: 'shell', stage: 0 }] }, { runId: 'run_claimed' })
    await pass(12 * MINUTE)
    expect(await firings()).toEqual(['09T13:00 started'])
    expect((await runs()).length).toBe(1)
    await runner.cancel('run_claimed', { by: 'x', reason: 'y' })
  })

  it('or stops, starts nothing any more', async () => {
    const workspace = await scratch(files("'0 * * * *'"))
    const { intake, said } = await service(workspace)
    intake.close()
    await pass(HOUR)
    expect([await firings(), said]).toEqual([['09T13:00 claimed'], []])
  })

  it('or stops between two times that are due, leaves the second one, and the schedules behind it, to the next start', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', catch_up: all, overlap: cancel_running }", "'0 * * * *'"))
    const first = await service(workspace)
    await first.stop()
    services.pop()
    await clock.leap(2 * HOUR)
    const put = vi.spyOn(store, 'putDocument')
    const second = await service(workspace, undefined, {
      ...store,
      putDocument: async (collection, key, value, expected) => {
        if (value?.['state'] === 'claimed') void second.schedules.stop()
        return put(collection, key, value, expected)
      },
    })
    await pass(MINUTE)
    expect([await firings(), await firings('recipes/r1.yaml')]).toEqual([['09T13:00 started'], []])
  })
})

describe('a recipe with problems', () => {
  it('is reported once, and keeps no other from its runs', async () => {
    const broken = recipe('r1', "'0 * * * *'").replace('work.sh', 'gone.sh')
    const workspace = await scratch({ ...files("'0 * * * *'"), 'recipes/r1.yaml': broken, 'recipes/a.yaml': 'schedule: [\nsteps:', 'recipes/b.yaml': 'steps: 7' })
    const { said, changed } = await service(workspace)
    await pass(2 * HOUR)
    expect(await firings()).toHaveLength(2)
    const errors = said.filter((line) => line.startsWith('error'))
    expect(errors).toHaveLength(2)
    expect(errors).toContainEqual(expect.stringMatching(/^error the schedule of a recipe with problems is not run: recipes\/r1.yaml .*gone\.sh/))
    await writeFile(join(workspace, 'recipes/r1.yaml'), recipe('r1', "'0 * * * *'"))
    changed()
    await pass(HOUR)
    expect(await firings('recipes/r1.yaml')).toEqual(['09T15:00 started'])
    await writeFile(join(workspace, 'recipes/r1.yaml'), 'steps: 7')
    changed()
    await pass(MINUTE)
    expect(said.filter((line) => line.includes('r1.yaml') && line.startsWith('error'))).toHaveLength(2)
  })

  it('is one whose run cannot start, too: the time is settled with the reason', async () => {
    const { said } = await service(await scratch({ 'work.sh': '', 'recipes/r0.yaml': `secrets: [TOKEN]\n${recipe('r0', "'0 * * * *'")}` }))
    await pass(HOUR)
    const [first] = await firings()
    expect(first).toMatch(/^09T13:00 failed \(SECRET_/)
    expect(said).toContainEqual(expect.stringContaining('error a schedule could not start a run: recipes/r0.yaml SECRET_'))
  })

  it('is one of which a run cannot go on: that is told once, and every other schedule goes on', async () => {
    const workspace = await scratch(files("{ cron: '0 * * * *', overlap: queue }", "'0 * * * *'"))
    const first = await service(workspace, new Work().execute)
    await pass(HOUR)
    await first.stop()
    const { said, intake } = await service(workspace)
    vi.spyOn(intake, 'adopt').mockRejectedValue(new ServerError('AUDIT_UNAVAILABLE', 'No secret TOKEN.'))
    await first.runner.close()
    await pass(2 * HOUR)
    expect((await firings()).slice(1)).toEqual(['09T14:00 queued (RUN, of an earlier time, goes on)', '09T15:00 queued (RUN, of an earlier time, goes on)'])
    expect((await firings('recipes/r1.yaml')).slice(1)).toEqual([expect.stringContaining('09T14:00'), expect.stringContaining('09T15:00')])
    expect(said.filter((line) => line.startsWith('error'))).toEqual([0, 1].map((i) => expect.stringMatching(`error a run of a schedule cannot go on: recipes/r${i}.yaml No secret TOKEN`) as unknown))
  })

  it('is kept to itself, whatever goes wrong with it', async () => {
    const { said, runner } = await service(await scratch(files("{ cron: '0 * * * *', overlap: cancel_running }", "'0 * * * *'")), new Work().execute)
    await pass(HOUR)
    vi.spyOn(runner, 'cancel').mockRejectedValue(new Error('lost'))
    await pass(HOUR)
    expect((await firings('recipes/r1.yaml'))[1]).toMatch(/^09T14:00 skipped/)
    expect(said).toContainEqual('error the schedule of a recipe could not be looked at: recipes/r0.yaml lost')
  })

  it('nor one that there is no room for just now: it waits', async () => {
    const { intake } = await service(await scratch(files("'0 * * * *'")))
    const accept = vi.spyOn(intake, 'accept').mockRejectedValue(new ServerError('SERVER_OVERLOADED', 'Too much.'))
    await pass(30 * MINUTE)
    expect(await firings()).toEqual(['09T13:00 queued (Too much.)'])
    accept.mockRestore()
    await pass(MINUTE)
    expect(await firings()).toEqual(['09T13:00 started'])
  })

  it('a store that fails is looked at again', async () => {
    const broken: RunStore = { ...store, documents: () => Promise.reject(new Error('disk')) }
    const { said } = await service(await scratch(files("'0 * * * *'")), undefined, broken)
    expect(said).toEqual(['error the schedules could not be looked at: undefined disk'])
    broken.documents = store.documents
    await pass(HOUR)
    expect(await firings()).toHaveLength(1)
  })
})

it('what is settled is forgotten after a month', async () => {
  const kept = new Firings(store, 'recipes/r0.yaml')
  for (const [day, state] of [[1, 'started'], [2, 'queued'], [3, 'skipped']] as const) {
    const claimed = await kept.claim({ at: Date.UTC(2025, 10, day), runId: `run_${day}`, missed: false }, 0)
    await kept.change(claimed!, { state })
  }
  expect(await kept.forget(Date.UTC(2025, 10, 3))).toBe(1)
  expect((await kept.last(10)).map(({ runId }) => runId)).toEqual(['run_3', 'run_2'])
  expect(await kept.claim({ at: Date.UTC(2025, 10, 3), runId: 'x', missed: true }, 0)).toBeUndefined()
  const [three] = await kept.last(1)
  expect(await kept.change({ ...three!, revision: 1 }, { state: 'failed' })).toBeUndefined()
})
