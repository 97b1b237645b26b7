// One of several that want the one slot of a group: argv is the kind of store, its place, the name of its run, the rounds.
import { mkdirSync, rmdirSync } from 'node:fs'
import process from 'node:process'
import { createFilesStore } from '../../src/lib/stores/files.ts'
import { createSqliteStore } from '../../src/lib/stores/sqlite.ts'
import { creation } from '../../src/lib/store-testsuite/samples.ts'

const [, , kind = '', place = '', runId = '', rounds = ''] = process.argv
const store = kind === 'files' ? await createFilesStore({ dir: place }) : await createSqliteStore({ file: `${place}/lorc.db` })
await store.commit([creation(runId)])
const holder = { runId, step: 's', epoch: 1 }
for (let round = 0; round < Number(rounds); ) {
  if ((await store.takeSlot('group', 1, holder)) === 'granted') {
    // Fails when somebody else is inside.
    mkdirSync(`${place}/inside`)
    await new Promise((resolve) => setImmediate(resolve))
    rmdirSync(`${place}/inside`)
    await store.releaseSlot('group', holder)
    round += 1
  } else await new Promise((resolve) => setImmediate(resolve))
}
await store.close()
