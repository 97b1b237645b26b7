// Commits batches of three events for ever and says after each how many events are acknowledged. argv: kind, place.
import { writeSync } from 'node:fs'
import process from 'node:process'
import { append, creation } from '../../src/lib/store-testsuite/samples.ts'
import { createFilesStore } from '../../src/lib/stores/files.ts'
import { createSqliteStore } from '../../src/lib/stores/sqlite.ts'

const [, , kind = '', place = ''] = process.argv
const store = kind === 'sqlite' ? await createSqliteStore({ file: place }) : await createFilesStore({ dir: place })
await store.commit([creation('r')])
for (let events = 0; ; events += 3) {
  writeSync(1, `${events}\n`)
  await store.commit([append('r', events, [events, events + 1, events + 2].map((n) => String(n).padStart(3000, '0')))])
}
