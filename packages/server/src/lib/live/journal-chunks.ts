import type { RunStore } from '@lorc/runner'
import { frameOf } from './frame.ts'
import type { JournalPlace } from './journal-place.ts'
import { SharedBytes } from './shared-bytes.ts'

/** Events of a run, one after the other, as they are sent, and where a reader is who has them. */
export interface JournalChunk extends JournalPlace {
  readonly frames: SharedBytes
}

/** Where chunks end, so that readers who began at different events go on with the same chunks. */
const GRID = 128
const MOST_BYTES = 128 * 1024

/**
 * Journals in pieces as they are sent. All readers of a run share them: a piece is read from the store, and put into
 * frames, once, however many want it. The newest pieces are kept, up to `limit` bytes.
 */
export class JournalChunks {
  readonly #store: RunStore
  readonly #limit: number
  readonly #kept = new Map<string, JournalChunk>()
  readonly #reading = new Map<string, Promise<JournalChunk | undefined>>()
  #bytes = 0

  constructor(store: RunStore, limit: number) {
    this.#store = store
    this.#limit = limit
  }

  /** The events from `seq` on, at least one of them; undefined: there are none yet. Throws RUN_UNKNOWN, STORE_*. */
  async from(runId: string, seq: number): Promise<JournalChunk | undefined> {
    const key = `${runId} ${seq}`
    const kept = this.#kept.get(key)
    if (kept) return kept
    let reading = this.#reading.get(key)
    if (!reading) {
      reading = this.#read(runId, seq).finally(() => this.#reading.delete(key))
      this.#reading.set(key, reading)
    }
    return reading
  }

  async #read(runId: string, from: number): Promise<JournalChunk | undefined> {
    let first: JournalChunk | undefined
    let seq = from
    for await (const lines of this.#store.read(runId, from)) {
      for (let at = 0; at < lines.length; ) {
        const key = `${runId} ${seq}`
        // Made a second time, it would be held twice: by those who were slow to take the first.
        const chunk = this.#kept.get(key) ?? chunkOf(lines, at, seq)
        this.#keep(key, chunk)
        first ??= chunk
        at += chunk.next - seq
        seq = chunk.next
      }
      // The store hands over about a megabyte at a time: more than one reader takes at once.
      break
    }
    return first
  }

  #keep(key: string, chunk: JournalChunk): void {
    this.#bytes += chunk.frames.plain.length - (this.#kept.get(key)?.frames.plain.length ?? 0)
    this.#kept.set(key, chunk)
    for (const [oldest, { frames }] of this.#kept) {
      if (this.#bytes <= this.#limit) return
      this.#kept.delete(oldest)
      this.#bytes -= frames.plain.length
    }
  }
}

function chunkOf(lines: readonly string[], at: number, seq: number): JournalChunk {
  const end = Math.min(lines.length, at + GRID - (seq % GRID))
  let text = ''
  let next = seq
  let last = ''
  for (let index = at; index < end && text.length < MOST_BYTES; index++) {
    const frame = frameOf(next, lines[index]!)
    text += frame.text
    last = frame.type
    next++
  }
  return { frames: new SharedBytes(text), next, last }
}
