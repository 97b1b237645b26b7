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

  /** Within a transaction. */
  add(emitter: number, changes: ReadonlyMap<string, TallyChange>): void {
    const statement = this.#database.statement(
      `INSERT INTO tallies (emitter, event_type, emitted, duplicates, delivered, rejected) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET emitted = emitted + excluded.emitted, duplicates = duplicates + excluded.duplicates,
         delivered = delivered + excluded.delivered, rejected = rejected + excluded.rejected`,
    )
    for (const [type, { emitted, duplicates, delivered, rejected }] of changes) {
      statement.run(emitter, type, emitted, duplicates, delivered, rejected)
    }
  }

  /** Of all runs, of one, or of one of its steps. */
  counts(runId?: string, step?: string): EventCounts {
    const rows = this.#database.read(() =>
      this.#database
        .statement(
          `SELECT event_type, sum(emitted) AS emitted, sum(duplicates) AS duplicates, sum(delivered) AS delivered,
             sum(rejected) AS rejected
           FROM tallies JOIN emitters ON emitters.id = emitter WHERE ifnull(run_id = ?, 1) AND ifnull(step = ?, 1)
           GROUP BY event_type ORDER BY event_type`,
        )
        .all(runId ?? null, step ?? null),
    ) as unknown as (TallyChange & { event_type: string })[]
    return countsOf(rows.map(({ event_type, ...change }) => [event_type, change]))
  }
}

/** What tallies by type come to. */
export function countsOf(tallies: Iterable<readonly [type: string, change: TallyChange]>): EventCounts {
  const counts: EventCounts = { emitted: 0, duplicates: 0, delivered: 0, waiting: 0, rejected: 0, byType: {} }
  for (const [type, { emitted, duplicates, delivered, rejected }] of tallies) {
    counts.emitted += emitted
    counts.duplicates += duplicates
    counts.delivered += delivered
    counts.rejected += rejected
    if (emitted > 0) counts.byType[type] = (counts.byType[type] ?? 0) + emitted
  }
  counts.waiting = counts.emitted - counts.delivered - counts.rejected
  return counts
}

/** Adds to the tally of a type. */
export function tally(changes: Map<string, TallyChange>, type: string, field: keyof TallyChange, count = 1): void {
  let change = changes.get(type)
  if (change === undefined) changes.set(type, (change = { emitted: 0, duplicates: 0, delivered: 0, rejected: 0 }))
  change[field] += count
}
