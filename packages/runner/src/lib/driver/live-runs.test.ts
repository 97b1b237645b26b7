import { expect, it } from 'vitest'
import { LiveRuns } from './live-runs.ts'
import { FakeClock } from '../testing/fake-clock.ts'

class Run {
  place = 0
  polls = 0
  readonly runId: string

  constructor(runId: string) {
    this.runId = runId
  }

  async pollInbox(): Promise<void> {
    this.polls++
  }
}

function live(...names: string[]) {
  const clock = new FakeClock()
  const runs = new LiveRuns<Run>(clock)
  const added = names.map((name) => new Run(name))
  for (const run of added) runs.add(run)
  return { clock, runs, added, names: () => [...runs].map(({ runId }) => runId).sort() }
}

it.each(['a', 'b', 'c', 'd'])('lets go of run %s and of no other', (name) => {
  const { runs, names } = live('a', 'b', 'c', 'd')
  runs.delete(runs.find(name)!)
  expect(names()).toEqual(['a', 'b', 'c', 'd'].filter((other) => other !== name))
  const rest = [...runs]
  for (const run of rest) runs.delete(run)
  expect(runs.isEmpty).toBe(true)
})

it('can be gone through while runs come and go', () => {
  const { runs, names } = live('a', 'b', 'c')
  for (const run of runs) {
    runs.delete(run)
    runs.add(new Run(`${run.runId}2`))
  }
  expect(names()).toEqual(['a2', 'b2', 'c2'])
})

it('looks into every inbox each half second, with one timer', async () => {
  const { clock, runs, added } = live('a', 'b')
  await clock.advance(499)
  expect(added.map(({ polls }) => polls)).toEqual([0, 0])
  await clock.advance(1)
  const late = new Run('late')
  runs.add(late)
  await clock.advance(500)
  expect([...added, late].map(({ polls }) => polls)).toEqual([2, 2, 1])
})

it('sets no timer while there is no run', async () => {
  const { clock, runs, added } = live('a')
  runs.delete(added[0]!)
  expect(clock.nextIn).toBeUndefined()
  runs.add(added[0]!)
  await clock.advance(500)
  expect(added[0]!.polls).toBe(1)
})
