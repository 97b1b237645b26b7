// Emits so many events as one attempt of a step and settles; says `done` then. Killed at any time, it is started again.
import { openEvents } from '../src/lib/open-events.ts'

const [dir = '', count = '0', url] = process.argv.slice(2)
const hub = await openEvents({ dir, ...(url === undefined ? {} : { sink: 'http', url, batch: { rows: 50 } }) })
const client = hub.client({ runId: 'run', step: 'step' })
process.stdout.write('ready\n')
for (let n = 0; n < Number(count); n += 1) {
  client.emit({ type: `type${n % 3}`, source: 's', payload: { n, text: 'x'.repeat(400) } })
  if (n % 100 === 0) await new Promise(setImmediate)
}
await client.settle()
process.stdout.write(`done ${JSON.stringify(client.counts())}\n`)
await hub.close()
