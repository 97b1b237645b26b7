import { createRunner, createSqliteStore, definePlan } from '@lorc/runner'
import { mkdtempSync } from 'node:fs'
const dir = mkdtempSync('/tmp/ba-')
const store = await createSqliteStore({ file: dir + '/lorc.db' })
const fake = { types: ['fake'], execute: () => ({ status: 'ok', outputs: null }) as const, close: async () => {} }
const runner = await createRunner({ workspace: dir, store, executors: [fake] })
const plan = definePlan({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 'fake', stage: 0 }] } as never)
const N = Number(process.argv[2] ?? 20000), C = 50
for (let round = 0; round < 4; round++) {
  const ids: string[] = []
  let left = N
  const t = performance.now(), c = process.cpuUsage()
  await Promise.all(Array.from({ length: C }, async () => { while (left-- > 0) ids.push((await runner.accept(plan, { params: { n: 1 } })).runId) }))
  const ms = performance.now() - t, u = process.cpuUsage(c)
  console.log('accept/s', Math.round(N / ms * 1000), 'cpu us each', ((u.user + u.system) / N).toFixed(1))
  if (round < 2) continue
  const t2 = performance.now(), c2 = process.cpuUsage()
  let i = 0
  await Promise.all(Array.from({ length: C }, async () => { while (i < ids.length) await (await runner.begin(ids[i++])).result }))
  const ms2 = performance.now() - t2, u2 = process.cpuUsage(c2)
  console.log('begin+drive/s', Math.round(N / ms2 * 1000), 'cpu us each', ((u2.user + u2.system) / N).toFixed(1))
}
console.log(Math.round(process.memoryUsage().rss/1e6))
process.exit(0)
