import type { WritesAnswer } from '../api/answers.ts'

/** A value that was written: the event `seq` holds it. `at` is in milliseconds since the run's beginning. */
export interface Write {
  seq: number
  at: number
  key: string
  who: string
  step: string | null
  attempt: number | null
}

/** A moment at which the context changed: what one event wrote. */
export interface ContextPoint {
  seq: number
  at: number
  who: string
  step: string | null
  keys: string[]
}

/** What is known of a key at some moment. */
export interface KeyState {
  key: string
  /** The last one, then those before it. */
  versions: Write[]
}

export function writesOf({ items }: WritesAnswer): Write[] {
  return items.map(([seq, at, key, who, step, attempt]) => ({ seq, at, key, who, step, attempt }))
}

/** In the order of time. */
export function pointsOf(writes: readonly Write[]): ContextPoint[] {
  const points: ContextPoint[] = []
  for (const { seq, at, who, step, key } of writes) {
    const last = points.at(-1)
    if (last?.seq === seq) last.keys.push(key)
    else points.push({ seq, at, who, step, keys: [key] })
  }
  return points
}

/** Every key as it was after the event `seq`, by name. */
export function keysAt(writes: readonly Write[], seq: number): KeyState[] {
  const keys = new Map<string, Write[]>()
  for (const write of writes) {
    if (write.seq > seq) break
    const versions = keys.get(write.key)
    if (versions) versions.unshift(write)
    else keys.set(write.key, [write])
  }
  return [...keys].map(([key, versions]) => ({ key, versions })).sort((a, b) => (a.key < b.key ? -1 : 1))
}
