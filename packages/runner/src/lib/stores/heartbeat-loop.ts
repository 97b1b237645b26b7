import { closeSync, openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { HeartbeatData, HeartbeatOrder } from './heartbeat.ts'
import { isSqliteBusy } from './store-error.ts'

interface Beating {
  beat(): void
  close(): void
}

/** Longest wait before a beat that met a lock is tried again, milliseconds. */
const RETRY = 5

/**
 * Beats at once and then every `intervalMs`, until the order is to stop; blocks its thread. A beat that meets a lock is
 * tried again; one that fails otherwise (a full disk) is left out, and the lease runs out if none gets through.
 */
export function beatUntilStopped({ stop, ...order }: HeartbeatData): void {
  const flag = new Int32Array(stop)
  const runsOn = (ms: number): boolean => Atomics.wait(flag, 0, 0, ms) === 'timed-out'
  const beating = patiently(() => open(order), runsOn)
  if (beating === undefined) return
  do {
    try {
      patiently(() => beating.beat(), runsOn)
    } catch {
      // Left out; the next one may get through.
    }
  } while (runsOn(order.intervalMs))
  beating.close()
}

/** What `task` returns once no lock is in its way; undefined when it was stopped first. */
function patiently<T>(task: () => T, runsOn: (ms: number) => boolean): T | undefined {
  do {
    try {
      return task()
    } catch (error) {
      if (!isSqliteBusy(error)) throw error
    }
  } while (runsOn(1 + Math.random() * RETRY))
  return undefined
}

function open({ kind, place, driver }: HeartbeatOrder): Beating {
  if (kind === 'files') return fileBeating(place)
  const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')
  const db = new DatabaseSync(place)
  try {
    // A beat need not outlive a power cut, and the thread leaves checkpoints to the stores.
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0')
    const statement = db.prepare(
      `INSERT INTO drivers (driver, pid, start_time, machine, heartbeat) VALUES (?, ?, ?, ?, 1)
      ON CONFLICT (driver) DO UPDATE SET heartbeat = heartbeat + 1`,
    )
    const { id, pid, startTime, machine } = driver
    return { beat: () => void statement.run(id, pid, startTime, machine), close: () => db.close() }
  } catch (error) {
    db.close()
    throw error
  }
}

/** A counter in a file, one write of one size a beat; readers compare it for equality only. */
function fileBeating(path: string): Beating {
  const file = openSync(path, 'a+')
  closeSync(file)
  const counter = openSync(path, 'r+')
  let count = 0
  return {
    beat: () => void writeSync(counter, String((count += 1)).padStart(16, '0'), 0),
    close: () => closeSync(counter),
  }
}
