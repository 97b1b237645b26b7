import { canonicalEvent } from './canonical-event.ts'
import { canonicalize } from './canonical-json.ts'
import type { EventData, JournalEvent } from '../events.ts'
import { sha256Hex } from './sha256.ts'

/** `prev` of a journal's first event. */
export const GENESIS = '0'.repeat(64)

const TAIL = ',"hash":"'
const TAIL_LENGTH = TAIL.length + 64 + 2

/** Makes an event of its data, which itself becomes the event, and gives the line that a store keeps. */
export function seal(data: EventData, seq: number, ts: number, prev: string): { event: JournalEvent; line: string } {
  const event = data as JournalEvent
  event.seq = seq
  event.ts = ts
  event.prev = prev
  const body = canonicalEvent(event)
  event.hash = sha256Hex(body)
  return { event, line: `${body.slice(0, -1)}${TAIL}${event.hash}"}` }
}

/** What is wrong with a line at this place of a chain, or the event. */
export function unseal(line: string, seq: number, prev: string): { event: JournalEvent } | { broken: string } {
  let event: JournalEvent
  try {
    event = JSON.parse(line) as JournalEvent
  } catch {
    return { broken: 'it is not JSON' }
  }
  if (typeof event !== 'object' || event === null) return { broken: 'it is not an event' }
  if (event.seq !== seq) return { broken: `it says seq ${String(event.seq)} at place ${seq}` }
  if (event.prev !== prev) return { broken: 'its prev is not the hash of the event before it' }
  if (!hashHolds(line, event)) return { broken: 'its hash is not the hash of its content' }
  return { event }
}

function hashHolds(line: string, event: JournalEvent): boolean {
  const body = line.slice(0, -TAIL_LENGTH) + '}'
  if (line.startsWith(TAIL, line.length - TAIL_LENGTH) && sha256Hex(body) === event.hash) return true
  const { hash: claimed, ...rest } = event
  return sha256Hex(canonicalize(rest)) === claimed
}
