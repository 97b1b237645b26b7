import { createMemoryStore, type RunStore } from '@lorc/runner'
import { expect, it } from 'vitest'
import { JournalChunks } from './journal-chunks.ts'

function place({ events, limit }: { events: number; limit: number }) {
  const lines = Array.from({ length: events }, (_, seq) => JSON.stringify({ seq, type: 'step.started' }))
  const read = async function* (_runId: string, from = 0) {
    if (from < lines.length) yield lines.slice(from)
  }
  const store = { ...createMemoryStore(), read } as unknown as RunStore
  return new JournalChunks(store, limit)
}

it('holds events once, wherever readers begin', async () => {
  const chunks = place({ events: 300, limit: 1_000_000 })
  const first = await chunks.from('run_1', 0)
  const second = await chunks.from('run_1', 128)
  expect([first?.next, second?.next]).toEqual([128, 256])
  expect((await chunks.from('run_1', 5))?.next).toBe(128)
  expect(await chunks.from('run_1', 128)).toBe(second)
  expect(await chunks.from('run_1', 300)).toBeUndefined()
})

it('keeps no more than the limit, the newest of it', async () => {
  const chunks = place({ events: 300, limit: 10_000 })
  const first = await chunks.from('run_1', 0)
  const last = await chunks.from('run_1', 256)
  expect(await chunks.from('run_1', 256)).toBe(last)
  expect(await chunks.from('run_1', 0)).not.toBe(first)
})
