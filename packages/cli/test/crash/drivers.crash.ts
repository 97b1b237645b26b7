import { afterEach, describe, expect, it } from 'vitest'
import { resultLine, type Started } from '../lorc.fixture.ts'
import { type Crash, discrepancies } from './account.ts'
import { crashOf, toldBy } from './kill-and-resume.ts'
import { isStopped } from './processes.ts'
import type { SabotageOrder } from './sabotage-order.ts'
import { Site } from './site.ts'

let site: Site
afterEach(() => site.remove())

describe.each(['sqlite', 'files'] as const)('with runs in %s', (store) => {
  describe('of two processes that resume the same run at once', () => {
    it.each([1, 2])('one drives it to its end, the other says who does (%i)', async () => {
      site = await Site.make(undefined, { store })
      await site.lorc(['run', 'waiting.yaml'], { order: { kill: { at: 'step.started wait 1', phase: 'after' } } })
      const crash = await crashOf(site)
      const both = [site.start(['resume', 'last']), site.start(['resume', 'last'])] as const
      const first = await Promise.race(both.map(async (started) => ({ started, ended: await started.ended })))
      expect([first.ended.exit, first.ended.stderr]).toEqual([
        1,
        expect.stringMatching(/^error\[RUN_HELD\]: Another process \(process \d+\) drives run run_/) as string,
      ])
      expect(resultLine(first.ended)).toMatchObject({ status: 'error', exit_code: 1 })
      await site.go()
      const [other] = both.filter((started) => started !== first.started) as [Started]
      expect(await other.ended).toMatchObject({ exit: 0 })
      expect(await wrongWith(site, [crash])).toEqual([])
    })
  })

  describe('a driver that was stopped past its lease', () => {
    it('early, before it has given a sign of life, writes nothing when it goes on', async () => {
      expect(await overtake(store, { stop: { at: 'step.spawned wait 1', phase: 'after' } })).toEqual([])
    })

    it('late, with its heartbeat going, writes nothing when it goes on', async () => {
      expect(await overtake(store, {})).toEqual([])
    })

    it('writes nothing when it goes on before the one that took over has written', async () => {
      expect(await meet(store, {})).toEqual([])
    })
  })
})

describe('without the fence', () => {
  it('a driver that was stopped writes, and these tests see it', async () => {
    expect(await overtake('sqlite', { unfenced: 'epoch and length' })).not.toEqual([])
    expect((await site.traces()).some((line) => 'done' in line && line.done === 'unfenced')).toBe(true)
  })

  it('with the epoch alone left out: so too', async () => {
    expect(await meet('sqlite', { unfenced: 'epoch' })).not.toEqual([])
  })

  it('with what it knows taken for what still is: so too', async () => {
    expect(await meet('sqlite', { unfenced: 'others' })).not.toEqual([])
  })
})

type Store = 'sqlite' | 'files'

/** Stops a driver, has another one take its run over and finish it, and lets the first go on. Tells what went wrong. */
async function overtake(store: Store, order: SabotageOrder): Promise<string[]> {
  site = await Site.make(undefined, { store })
  const first = await stopped(site.start(['run', 'waiting.yaml'], { order }), order.stop !== undefined)
  const crash = await crashOf(site)
  const second = site.start(['resume', 'last'])
  await second.says('started    wait')
  await site.go()
  const wrong = [...(await wrongEnd(second, 0, ''))]
  const before = (await site.copy()).runs[0]?.lines
  first.kill('SIGCONT')
  wrong.push(...(await wrongEnd(first, 1, 'error[RUN_FENCED]: ')))
  const after = (await site.copy()).runs[0]?.lines
  if (before?.join() !== after?.join()) wrong.push('it has written to the journal')
  return [...wrong, ...(await wrongWith(site, [crash]))]
}

/** The same, but for the second driver being stopped as well: after it took the lease, before its first event. */
async function meet(store: Store, order: SabotageOrder): Promise<string[]> {
  site = await Site.make(undefined, { store })
  const first = await stopped(site.start(['run', 'waiting.yaml'], { order }), false)
  const crash = await crashOf(site)
  const second = await stopped(
    site.start(['resume', 'last'], { order: { stop: { at: 'driver.started 2', phase: 'before' } } }),
    true,
  )
  first.kill('SIGCONT')
  const wrong = await wrongEnd(first, 1, 'error[RUN_FENCED]: ')
  await site.go()
  second.kill('SIGCONT')
  return [...wrong, ...(await wrongEnd(second, 0, '')), ...(await wrongWith(site, [crash]))]
}

/** Resolves once the process is stopped: by itself, or by us after its step has begun and its heart has beaten. */
async function stopped(started: Started, byItself: boolean): Promise<Started> {
  const pid = started.process.pid as number
  if (!byItself) {
    await started.says('started    wait')
    await new Promise((resolve) => setTimeout(resolve, 500))
    started.kill('SIGSTOP')
  }
  while (!isStopped(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
  return started
}

async function wrongEnd(started: Started, exit: number, says: string): Promise<string[]> {
  const ended = await started.ended
  return ended.exit === exit && ended.stderr.includes(says) ? [] : [`process ${started.process.pid}: ${toldBy(ended)}`]
}

async function wrongWith(at: Site, crashes: readonly Crash[]): Promise<string[]> {
  const [run] = (await at.copy()).runs
  return run ? discrepancies(run, await at.effects(), crashes) : ['there is no run']
}
