import type { Destination } from '../destination.ts'
import type { EventCounts } from '../event-client.ts'
import type { EventRow } from '../event.ts'
import { countsOf, tally, type Emitter, type TallyChange } from '../local/tallies.ts'
import { Occurrences } from '../local/occurrences.ts'
import type { RowList } from '../rows/row-buffer.ts'

/** Of each type. */
const SAMPLES = 3

/** A destination that writes nothing: it counts, and keeps the first events of each type. */
export class DryRunDestination implements Destination {
  readonly #tallies = new Map<string, { emitter: Emitter; changes: Map<string, TallyChange> }>()
  readonly #ids = new Occurrences()
  readonly #samples = new Map<string, EventRow[]>()

  write(rows: RowList, emitter: Emitter): void {
    const name = `${emitter.runId}\0${emitter.step}`
    let kept = this.#tallies.get(name)
    if (kept === undefined) this.#tallies.set(name, (kept = { emitter, changes: new Map() }))
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows.at(at)
      const isNew = this.#ids.next(row.event_id) === 1
      tally(kept.changes, row.event_type, isNew ? 'emitted' : 'duplicates')
      if (isNew) this.#keep(row)
    }
  }

  async sync(): Promise<void> {
    // Nothing is written.
  }

  async relief(): Promise<void> {
    // Nothing waits.
  }

  async settle(): Promise<void> {
    // Nothing waits.
  }

  counts(runId?: string, step?: string): EventCounts {
    const tallies = [...this.#tallies.values()].filter(
      ({ emitter }) => (runId === undefined || emitter.runId === runId) && (step === undefined || emitter.step === step),
    )
    return { ...countsOf(tallies.flatMap(({ changes }) => [...changes])), waiting: 0 }
  }

  samples(): EventRow[] {
    return [...this.#samples.values()].flat()
  }

  #keep(row: EventRow): void {
    const samples = this.#samples.get(row.event_type) ?? []
    if (samples.length === SAMPLES) return
    samples.push(row)
    this.#samples.set(row.event_type, samples)
  }
}
