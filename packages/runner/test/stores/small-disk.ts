// Commits until the store refuses, then tells what became of it. argv: kind, place. Run under a limit of file sizes.
import process from 'node:process'
import { append, creation, journal } from '../../src/lib/store-testsuite/samples.ts'
import { createFilesStore } from '../../src/lib/stores/files.ts'
import { createSqliteStore } from '../../src/lib/stores/sqlite.ts'

const [, , kind = '', place = ''] = process.argv
const store = kind === 'sqlite' ? await createSqliteStore({ file: place }) : await createFilesStore({ dir: place })
await store.commit([creation('r')])
const lines = ['x'.repeat(10_000), 'y'.repeat(10_000)]
let events = 0
let code: unknown
try {
  for (; events < 10_000; events += 2) await store.commit([append('r', events, lines)])
} catch (error) {
  code = error instanceof Error && 'code' in error ? error.code : String(error)
}
const kept = (await journal(store, 'r')).length
process.stdout.write(JSON.stringify({ code, acknowledged: events, kept }))
process.exit(0)
