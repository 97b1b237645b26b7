import type { Destination } from '../destination.ts'
import type { EventCounts } from '../event-client.ts'
import { MANY_ROWS, type RowList } from '../rows/row-buffer.ts'
import { EventTable } from './event-table.ts'
import type { LocalPlace } from './local-place.ts'
import { countsOf, Tallies, type Emitter } from './tallies.ts'

/** The local database as the sink: what is written is where it belongs. */
export class LocalDestination implements Destination {
  readonly #place: LocalPlace
  #table: EventTable | undefined

  constructor(place: LocalPlace) {
    this.#place = place
  }

  write(rows: RowList, emitter: Emitter): void {
    this.#table ??= new EventTable(this.#place.database())
    this.#table.write(rows, emitter)
    if (rows.length >= MANY_ROWS) this.#place.opened()?.hasten()
  }

  async sync(): Promise<void> {
    await this.#place.opened()?.sync()
  }

  async relief(): Promise<void> {
    // Nothing waits here.
  }

  async settle(): Promise<void> {
    await this.sync()
  }

  counts(runId?: string, step?: string): EventCounts {
    const database = this.#place.existing()
    return database ? new Tallies(database).counts(runId, step) : countsOf([])
  }
}
