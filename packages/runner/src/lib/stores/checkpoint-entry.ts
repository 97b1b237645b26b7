import { createRequire } from 'node:module'
import { workerData } from 'node:worker_threads'
import { ORDERS, type CheckpointData } from './sqlite-checkpoints.ts'

const { file, order } = workerData as CheckpointData
const orders = new Int32Array(order)
const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')
const db = new DatabaseSync(file)
db.exec('PRAGMA synchronous = NORMAL; PRAGMA checkpoint_fullfsync = 1')
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
while (Atomics.load(orders, 0) !== ORDERS.end) {
  try {
    checkpoint.get()
  } catch {
    // Left to a commit, which tells what is wrong.
  }
  Atomics.compareExchange(orders, 0, ORDERS.checkpoint, ORDERS.none)
  Atomics.wait(orders, 0, ORDERS.none)
}
db.close()
