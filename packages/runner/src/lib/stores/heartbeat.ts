import type { DriverIdentity } from '../store.ts'
import { startThread } from '../thread.ts'

/** What the heartbeat's thread is told. */
export interface HeartbeatOrder {
  kind: 'sqlite' | 'files'
  /** The database, or the driver's heartbeat file. */
  place: string
  driver: DriverIdentity
  intervalMs: number
}

export interface HeartbeatData extends HeartbeatOrder {
  /** One Int32: the thread ends once it is not 0. */
  stop: SharedArrayBuffer
}

/**
 * Starts a thread that counts a driver's heartbeat up at the medium, whatever the main thread is busy with. It keeps no
 * process alive. Returns how to stop it, which resolves when the thread has ended. A thread that cannot reach the
 * medium ends early: then the lease runs out, as for any driver that nobody hears of, and the epoch keeps the journal
 * safe.
 */
export function startHeartbeatThread(order: HeartbeatOrder): () => Promise<void> {
  const stop = new SharedArrayBuffer(4)
  const flag = new Int32Array(stop)
  const thread = startThread(import.meta.url, 'heartbeat', { ...order, stop } satisfies HeartbeatData)
  return () => {
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
    return thread.ended()
  }
}
