import { expect, it } from 'vitest'
import { deliver } from './delivery.ts'
import type { EventRow } from '../event.ts'
import type { Claim } from '../local/outbox-claims.ts'
import { ScriptedSink } from '../scripted-sink.fixture.ts'

const row = (n: number): EventRow => ({ event_id: `${n}`, event_type: 't', source: 's', schema_ref: null, created_at: '', correlation_id: null, subject_id: null, payload: `{"n":${n}}` })

/** Of five rows, of which others have dealt with some. */
const claimOf = (left: readonly number[]): Claim => ({
  seqs: [10, 11, 12, 13, 14],
  read: (from, to) => left.filter((place) => place >= from && place < to).map((place) => ({ place, tries: place * 100, row: row(place) })),
})
const { signal } = new AbortController()

it('sends what others have left of a claim, and says nothing of the rest', async () => {
  const sink = new ScriptedSink()
  sink.script.push(() => ({ rejected: [{ index: 0, verdict: 'poison', reason: 'no' }, { index: 1, verdict: 'retry', reason: 'later' }], retryAfterMs: 7 }))
  expect(await deliver(sink, claimOf([1, 3, 4]), signal, (tries) => tries)).toEqual({
    fates: [{ type: 'kept' }, { type: 'poison', reason: 'no' }, { type: 'kept' }, { type: 'retry', dueMs: 300, reason: 'later' }, { type: 'delivered' }],
    retryAfterMs: 7,
  })
})

it('asks a sink nothing where others have dealt with all', async () => {
  const sink = new ScriptedSink()
  expect(await deliver(sink, claimOf([]), signal, () => 0)).toEqual({ fates: Array.from({ length: 5 }, () => ({ type: 'kept' })) })
  expect(sink.batches).toEqual([])
})

it('keeps all where the rows cannot be read', async () => {
  const mistake = new Error('disk')
  const claim: Claim = { seqs: [1], read: () => { throw mistake } }
  expect(await deliver(new ScriptedSink(), claim, signal, () => 0)).toEqual({ fates: [{ type: 'kept' }], problem: mistake })
})
