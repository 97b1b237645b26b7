// One of several writers: argv is the database, the durability, the name of its run and the number of commits of all.
import process from 'node:process'
import { createSqliteStore } from '../../src/lib/stores/sqlite.ts'
import { append, creation } from '../../src/lib/store-testsuite/samples.ts'

const [, , file = '', durability = '', runId = '', total = ''] = process.argv
const store = await createSqliteStore({ file, durability: durability as 'power' | 'process' })
await store.commit([creation(runId)])
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))
let commits = 0
let others = 0
process.on('message', (sum) => (others = Number(sum)))
while (others < Number(total)) {
  const result = await store.commit([append(runId, commits, ['{"event":"of some length"}'])])
  if (result[0] !== 'ok') process.exit(3)
  commits += 1
  if (commits % 20 !== 0) continue
  process.send?.(commits)
  await new Promise((resolve) => setImmediate(resolve))
}
await store.close()
process.disconnect()
