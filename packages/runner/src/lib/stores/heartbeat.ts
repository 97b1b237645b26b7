import { getBuiltinModule } from 'node:process'
import type { DriverIdentity } from '../store.ts'

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
  const data: HeartbeatData = { ...order, stop }
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const { Worker } = getBuiltinModule('node:worker_threads')
  const worker = new Worker(new URL(`./heartbeat-entry.${extension}`, import.meta.url), {
    workerData: data,
    env: {},
    name: 'lorc heartbeat',
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  worker.unref()
  const ended = new Promise<void>((resolve) => {
    worker.on('error', () => resolve())
    worker.on('exit', () => resolve())
  })
  return async () => {
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
    worker.ref()
    await ended
  }
}
