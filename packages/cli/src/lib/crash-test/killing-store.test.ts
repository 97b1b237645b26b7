import type { JournalBatch, RunStore } from '@lorc/runner'
import { expect, it } from 'vitest'
import type { CrashPlace } from './crash-order.ts'
import { killingStore } from './killing-store.ts'

const batch = (runId: string, firstSeq: number, lines: number): JournalBatch => ({ runId, epoch: 1, firstSeq, lines: Array<string>(lines).fill('{}') })

async function killedAt(place: CrashPlace, batches: JournalBatch[]): Promise<string[]> {
  const log: string[] = []
  const inner = {
    kind: 'fake',
    commit: (list: readonly JournalBatch[]) => {
      log.push(...list.map(({ runId, firstSeq }) => `${runId} ${firstSeq}`))
      return list.map(() => 'ok' as const)
    },
    list(this: { kind: string }) {
      return Promise.resolve([this.kind])
    },
  } as unknown as RunStore
  const store = killingStore(inner, place, () => {
    log.push('killed')
    throw new Error('killed')
  })
  for (const one of batches) await Promise.resolve(store.commit([one])).catch(() => undefined)
  expect([store.kind, await store.list()]).toEqual(['fake', ['fake']])
  return log
}

it('kills before and after the batch that holds the event, of the first run alone', async () => {
  const batches = [batch('r', 0, 2), batch('child', 0, 9), batch('r', 2, 1)]
  expect(await killedAt({ seq: 2, when: 'before' }, batches)).toEqual(['r 0', 'child 0', 'killed'])
  expect(await killedAt({ seq: 2, when: 'after' }, batches)).toEqual(['r 0', 'child 0', 'r 2', 'killed'])
  expect(await killedAt({ seq: 1, when: 'after' }, batches.slice(0, 1))).toEqual(['r 0', 'killed'])
})
