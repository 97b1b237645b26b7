import { isSameHolder } from '../leases/group-slots.ts'
import type { HeldSlot, SlotHolder } from '../store.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { rollback } from './sqlite-schema.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS slots (
  slot_group TEXT NOT NULL, run INTEGER NOT NULL, step TEXT NOT NULL, epoch INTEGER NOT NULL,
  PRIMARY KEY (slot_group, run, step)
) WITHOUT ROWID`
const LEASED = 'SELECT 1 FROM runs WHERE runs.id = slots.run AND runs.epoch = slots.epoch AND driver IS NOT NULL'
const NUMBER = '(SELECT id FROM runs WHERE run_id = ?)'

/**
 * Slots of concurrency groups. They need not survive a power cut, which no driver survives either: their transactions
 * are not synced. The table is made with the first slot.
 */
export class SqliteSlots {
  readonly #connection: SqliteConnection
  readonly #sql
  #made = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = {
      sweep: connection.prepare(`DELETE FROM slots WHERE slot_group = ? AND NOT EXISTS (${LEASED})`),
      remove: connection.prepare(`DELETE FROM slots WHERE slot_group = ? AND run = ${NUMBER} AND step = ? AND epoch = ?`),
      held: connection.prepare(
        `SELECT run_id AS runId, step, slots.epoch, drivers.driver AS id, pid, start_time AS startTime, machine, heartbeat
        FROM slots JOIN runs ON runs.id = slots.run JOIN drivers ON drivers.id = runs.driver WHERE slot_group = ?`,
      ),
      take: connection.prepare(`INSERT OR REPLACE INTO slots SELECT ?, id, ?, ? FROM runs WHERE run_id = ?`),
    }
  }

  async take(group: string, limit: number, holder: SlotHolder, gone: readonly SlotHolder[]): Promise<'granted' | HeldSlot[]> {
    const { runId, step, epoch } = holder
    return this.#transact(() => {
      this.#make()
      for (const one of gone) this.#remove(group, one)
      this.#sql.sweep().run(group)
      const held = (this.#sql.held().all(group) as unknown as Row[]).map(slotOf)
      const mine = held.some((slot) => isSameHolder(slot, holder))
      if (!mine && held.length >= limit) return held
      if (!mine) this.#sql.take().run(group, step, epoch, runId)
      return 'granted'
    })
  }

  async release(group: string, holder: SlotHolder): Promise<void> {
    await this.#transact(() => {
      this.#make()
      this.#remove(group, holder)
    })
  }

  #remove(group: string, { runId, step, epoch }: SlotHolder): void {
    this.#sql.remove().run(group, runId, step, epoch)
  }

  #make(): void {
    if (this.#made) return
    this.#connection.db.exec(TABLE)
    this.#made = true
  }

  async #transact<T>(task: () => T): Promise<T> {
    const { db } = this.#connection
    return this.#connection.write(() => {
      const { synchronous } = db.prepare('PRAGMA synchronous').get() as { synchronous: number }
      try {
        db.exec('PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE')
        const result = task()
        db.exec('COMMIT')
        return result
      } catch (error) {
        this.#made = false
        rollback(db)
        throw error
      } finally {
        db.exec(`PRAGMA synchronous = ${synchronous}`)
      }
    })
  }
}

type Row = Omit<HeldSlot, 'driver'> & HeldSlot['driver']

function slotOf({ runId, step, epoch, heartbeat, ...driver }: Row): HeldSlot {
  return { runId, step, epoch, driver, heartbeat }
}
