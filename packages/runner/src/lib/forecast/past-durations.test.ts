import { describe, expect, it } from 'vitest'
import { pastDurations } from './past-durations.ts'
import type { AttemptRecord, RunStore } from '../store.ts'

function attempt(step: string, wallMs: number, more: Partial<AttemptRecord> = {}): AttemptRecord {
  const metrics = { wallMs, cpuUserMs: null, cpuSystemMs: null, peakRssBytes: null, exitCode: null }
  return { runId: 'r', name: 'p', step, attempt: 1, status: 'completed', startedAt: 0, endedAt: 1, metrics, errorCode: null, ...more }
}

function storeOf(attempts: AttemptRecord[]): RunStore & { asked: unknown[] } {
  const asked: unknown[] = []
  const store: Partial<RunStore> & { asked: unknown[] } = {
    asked,
    attempts: async (filter) => {
      asked.push(filter)
      return attempts
    },
  }
  return store as RunStore & { asked: unknown[] }
}

describe('past durations', () => {
  it('are the medians of what completed', async () => {
    const store = storeOf([
      attempt('a', 5),
      attempt('a', 100),
      attempt('a', 7),
      attempt('a', 0, { status: 'cached' }),
      attempt('a', 9000, { status: 'failed' }),
      attempt('b', 0, { metrics: null, startedAt: 3, endedAt: 45 }),
      attempt('c', 1, { status: 'cancelled' }),
    ])
    expect(await pastDurations(store, 'p', 3)).toEqual(
      new Map([
        ['a', { medianMs: 7, samples: 3 }],
        ['b', { medianMs: 42, samples: 1 }],
      ]),
    )
  })

  it('of a step with items reach from the first to the last of a run', async () => {
    const store = storeOf([
      attempt('f[0]', 1, { startedAt: 10, endedAt: 20 }),
      attempt('f[1]', 1, { startedAt: 15, endedAt: 60 }),
      attempt('f[0]', 1, { runId: 'r2', startedAt: 100, endedAt: 110 }),
    ])
    expect(await pastDurations(store, 'p', 1)).toEqual(new Map([['f', { medianMs: 50, samples: 2, items: { count: 2, medianMs: 1 } }]]))
  })

  it('of items count those that did not complete, and all of a run whose first ones are not among what is looked at', async () => {
    const last = attempt('f[1999]', 3, { runId: 'old', startedAt: 90, endedAt: 100 })
    const seen = Array.from({ length: 998 }, (_, i) => attempt(`f[${1001 + i}]`, 3, { runId: 'old', startedAt: 50, endedAt: 60 }))
    const store = storeOf([attempt('f[1999]', 0, { status: 'cached' }), last, ...seen])
    expect(await pastDurations(store, 'p', 1)).toEqual(
      new Map([['f', { medianMs: ((100 - 50) * 2000) / 999, samples: 1, items: { count: 2000, medianMs: 3 } }]]),
    )
  })

  it('ask for no more attempts than about 20 runs have, and for 40,000 at most', async () => {
    const store = storeOf([])
    await pastDurations(store, 'p', 1)
    await pastDurations(store, 'p', 100)
    await pastDurations(store, 'p', 100_000)
    expect(store.asked).toEqual([1000, 2000, 40_000].map((limit) => ({ name: 'p', limit })))
  })
})
