import { afterEach, beforeEach, expect, it } from 'vitest'
import { RowBuffer } from '../rows/row-buffer.ts'
import { IN_MEMORY, LocalDatabase } from './local-database.ts'
import { OutboxClaims, type Claim, type Fate } from './outbox-claims.ts'
import { Outbox } from './outbox.ts'

const LEASE = 1000
const LIMITS = { rows: 2, bytes: 1 << 20 }
let database: LocalDatabase
let outbox: Outbox
let mine: OutboxClaims
let theirs: OutboxClaims

beforeEach(() => {
  database = new LocalDatabase(IN_MEMORY)
  outbox = new Outbox(database, 'sink', () => 0)
  mine = new OutboxClaims(outbox, 'elsewhere 1 mine', LEASE)
  theirs = new OutboxClaims(outbox, 'elsewhere 2 theirs', LEASE)
  const rows = new RowBuffer()
  for (const n of [1, 2, 3, 4]) {
    const draft = { event_type: 't', source: 's', schema_ref: null, created_at: '1970-01-01T00:00:00.000Z', correlation_id: null, subject_id: null }
    rows.push(n.toString(16).padStart(32, '0'), { ...draft, payload: String(n) })
  }
  outbox.write(rows, { runId: 'r', step: 's' })
})

afterEach(() => database.close())

const payloads = (claim: Claim | undefined): string[] | undefined => claim?.read(0, claim.seqs.length).map(({ row }) => row.payload)
const delivered = (claim: Claim): Fate[] => claim.seqs.map(() => ({ type: 'delivered' }))

it('gives rows to one holder, also where the other looked at its clock a little earlier', () => {
  expect(payloads(mine.claim(LIMITS, () => 5000))).toEqual(['1', '2'])
  expect(payloads(theirs.claim(LIMITS, () => 4990))).toEqual(['3', '4'])
  expect(theirs.claim(LIMITS, () => 4990)).toBeUndefined()
})

it('counts a row once where a claim ran out, and two have delivered it', () => {
  const first = mine.claim(LIMITS, () => 0)!
  const second = theirs.claim(LIMITS, () => LEASE + 1)!
  expect(payloads(second)).toEqual(['1', '2'])
  expect(mine.settle(first, delivered(first), LEASE + 2)).toEqual({ delivered: 2, rejected: 0 })
  expect(theirs.settle(second, delivered(second), LEASE + 3)).toEqual({ delivered: 0, rejected: 0 })
  expect(outbox.tallies.counts('r')).toMatchObject({ emitted: 4, delivered: 2, waiting: 2 })
  expect(outbox.waiting()).toBe(2)
})
