import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'vitest'
import { sinkConformance } from '../conformance/sink-conformance.ts'
import type { SinkUnderTest } from '../conformance/sink-under-test.ts'
import type { EventRow, RawObjectRow } from '../event.ts'
import { openEvents } from '../open-events.ts'
import { CloudEventsEndpoint } from './cloud-events-endpoint.fixture.ts'

type Cleanup = () => void | Promise<void>

function select<Row>(dir: string, sql: string): Row[] {
  const file = join(dir, 'events.db')
  if (!existsSync(file)) return []
  const db = new DatabaseSync(file)
  try {
    return db.prepare(sql).all().map((row) => ({ ...row })) as Row[]
  } finally {
    db.close()
  }
}

const rawObjects = (dir: string) => async () => select<RawObjectRow>(dir, 'SELECT * FROM raw_objects')

/** Of a row whose payload is a value. */
const rowOf = (row: Record<string, unknown>): unknown => ({ ...row, payload: JSON.stringify(row['payload']) })

const rowOfLine = (line: string): EventRow => rowOf(JSON.parse(line) as Record<string, unknown>) as EventRow

const sinks: Record<string, (dir: string, cleanup: (task: Cleanup) => void) => SinkUnderTest | Promise<SinkUnderTest>> = {
  sqlite: (dir) => ({
    open: (options) => openEvents({ ...options, dir }),
    read: async () => select(dir, 'SELECT * FROM events'),
    readRawObjects: rawObjects(dir),
  }),

  async memory(_dir, cleanup) {
    let now = Date.now
    const hub = await openEvents({ sink: 'memory', clock: { now: () => now() } })
    const close = hub.close.bind(hub)
    cleanup(close)
    hub.close = async () => undefined
    return {
      async open(options) {
        if (options?.dryRun) return openEvents({ ...options, sink: 'memory' })
        now = options?.clock?.now ?? Date.now
        return hub
      },
      read: async () => (await hub.query('SELECT * FROM events')).map(rowOf) as EventRow[],
      readRawObjects: async () => (await hub.query('SELECT * FROM raw_objects')).map(rowOf) as RawObjectRow[],
    }
  },

  ndjson: (dir) => ({
    open: (options) => openEvents({ ...options, dir, sink: 'ndjson' }),
    read: async () =>
      readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ndjson'))
        .flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'))
        .map(rowOfLine),
    readRawObjects: rawObjects(dir),
    async breakDown() {
      const [events, away] = [join(dir, 'events'), join(dir, 'away')]
      if (existsSync(events)) renameSync(events, away)
      writeFileSync(events, 'a file where the folder is to be')
      return async () => {
        rmSync(events)
        if (existsSync(away)) renameSync(away, events)
      }
    },
  }),

  stdout(dir) {
    let text = ''
    let broken = false
    const write = (more: string, done: (error?: Error | null) => void): void => {
      if (!broken) text += more
      setImmediate(() => (broken ? done(new Error('write EPIPE')) : done()))
    }
    return {
      open: (options) => openEvents({ ...options, dir, sink: 'stdout', output: { write } }),
      read: async () => text.split('\n').slice(0, -1).map(rowOfLine),
      readRawObjects: rawObjects(dir),
      async breakDown() {
        broken = true
        return async () => {
          broken = false
        }
      },
    }
  },

  async http(dir, cleanup) {
    const endpoint = new CloudEventsEndpoint()
    await endpoint.listen()
    cleanup(() => endpoint.close())
    return {
      open: (options) => openEvents({ ...options, dir, sink: 'http', url: endpoint.url }),
      read: async () => endpoint.rows(),
      readRawObjects: rawObjects(dir),
      async breakDown() {
        endpoint.down = true
        return async () => {
          endpoint.down = false
        }
      },
    }
  },
}

/** In memory there is nothing that another hub could have written before. */
const only = (sink: string, name: string): boolean => sink !== 'memory' || name !== 'only counts raw objects in a dry run'

describe.each(Object.entries(sinks))('sink %s', (sink, make) => {
  for (const { name, run } of sinkConformance.filter((one) => only(sink, one.name))) {
    it(name, async ({ onTestFinished }) => {
      const dir = mkdtempSync(join(tmpdir(), 'lorc-sinks-'))
      onTestFinished(() => rmSync(dir, { recursive: true }))
      await run(await make(dir, onTestFinished))
    })
  }
})
