import type { EventCounts } from '../event-client.ts'
import type { LocalDatabase } from './local-database.ts'

/** Who emitted: a step of a run. */
export interface Emitter {
  readonly runId: string
  readonly step: string
}

/** What is added to the tally of one type of event. */
export interface TallyChange {
  emitted: number
  duplicates: number
  delivered: number
  rejected: number
}

/** Stands for all emitters together. */
const ALL = 0
const COLUMNS = 'event_type, emitted, duplicates, delivered, rejected'

/** How many events each step of each run emitted, and what became of them; kept by those who write rows, as they do. */
export class Tallies {
  readonly #database: LocalDatabase

  constructor(database: LocalDatabase) {
    this.#database = database
  }

  /** The number of an emitter, which it gets here. Within a transaction. */
  emitter({ runId, step }: Emitter): number {
    this.#database.statement('INSERT OR IGNORE INTO emitters (run_id, step) VALUES (?, ?)').run(runId, step)
    const row = this.#database.statement('SELECT id FROM emitters WHERE run_id = ? AND step = ?').get(runId, step)
    return (row as { id: number }).id
  }

  /** Adds to what an emitter has, and to what all have together. Within a transaction. */
  add(emitter: number, changes: ReadonlyMap<string, TallyChange>): void {
    const statement = this.#database.statement(
      `INSERT INTO tallies (emitter, event_type, emitted, duplicates, delivered, rejected) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET emitted = emitted + excluded.emitted, duplicates = duplicates + excluded.duplicates,
         delivered = delivered + excluded.delivered, rejected = rejected + excluded.rejected`,
    )
    for (const [type, { emitted, duplicates, delivered, rejected }] of changes) {
      statement.run(emitter, type, emitted, duplicates, delivered, rejected)
      statement.run(ALL, type, emitted, duplicates, delivered, rejected)
    }
  }

  /** Of all runs, of one, or of one of its steps. */
  counts(runId?: string, step?: string): EventCounts {
    const rows = this.#database.read(() =>
      runId === undefined
        ? this.#database.statement(`SELECT ${COLUMNS} FROM tallies WHERE emitter = ?`).all(ALL)
        : this.#database
            .statement(`SELECT ${COLUMNS} FROM tallies JOIN emitters ON id = emitter WHERE run_id = ? AND ifnull(step = ?, 1)`)
            .all(runId, step ?? null),
    ) as unknown as (TallyChange & { event_type: string })[]
    return countsOf(rows.map(({ event_type, ...change }) => [event_type, change]))
  }
}

/** What tallies by type come to. */
export function countsOf(tallies: Iterable<readonly [type: string, change: TallyChange]>): EventCounts {
  const sums = { emitted: 0, duplicates: 0, delivered: 0, rejected: 0 }
  const byType = new Map<string, number>()
  for (const [type, change] of tallies) {
    for (const field of ['emitted', 'duplicates', 'delivered', 'rejected'] as const) sums[field] += change[field]
    if (change.emitted > 0) byType.set(type, (byType.get(type) ?? 0) + change.emitted)
  }
  const waiting = sums.emitted - sums.delivered - sums.rejected
  return { ...sums, waiting, byType: Object.fromEntries([...byType].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** Adds to the tally of a type. */
export function tally(changes: Map<string, TallyChange>, type: string, field: keyof TallyChange, count = 1): void {
  let change = changes.get(type)
  if (change === undefined) changes.set(type, (change = { emitted: 0, duplicates: 0, delivered: 0, rejected: 0 }))
  change[field] += count
}
