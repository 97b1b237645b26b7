import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { sinkConformance, type SinkUnderTest } from '../../src/conformance.ts'
import type { EventRow, EventsOptions, RawObjectRow } from '../../src/index.ts'
import { openEvents } from '../../src/index.ts'
import { REAL } from './real-service.ts'
import { openService } from './service.ts'

type Cleanup = (task: () => Promise<void>) => void

/** Of a row whose payload is a value. */
const rowOf = (row: object): object => ({ ...row, payload: JSON.stringify((row as { payload?: unknown }).payload) })

async function subjectOf(settings: EventsOptions): Promise<SinkUnderTest> {
  const open = (options?: EventsOptions) => openEvents({ ...settings, ...options, sink: 'bigquery' })
  const read = async (sql: string): Promise<object[]> => {
    const hub = await open()
    const found = await hub.query(sql)
    await hub.close()
    return found.map(rowOf)
  }
  const hub = await open()
  await hub.setup({ dryRun: false })
  await hub.close()
  return { open, read: async () => (await read('SELECT * FROM events')) as EventRow[], readRawObjects: async () => (await read('SELECT * FROM raw_objects')) as RawObjectRow[] }
}

async function subject(dir: string, cleanup: Cleanup): Promise<SinkUnderTest> {
  const { settings, proxy } = await openService(cleanup)
  return {
    ...(await subjectOf({ ...settings, dir })),
    async breakDown() {
      proxy.faults.plan('insertAll', { kind: 'status', status: 503, reason: 'backendError' }, Number.POSITIVE_INFINITY)
      return async () => proxy.faults.clear()
    },
  }
}

describe('sink bigquery', () => {
  for (const { name, run } of sinkConformance) {
    it(name, { timeout: REAL === undefined ? 30_000 : 300_000 }, async ({ onTestFinished }) => {
      const dir = mkdtempSync(join(tmpdir(), 'lorc-bigquery-'))
      onTestFinished(() => rmSync(dir, { recursive: true }))
      await run(await subject(dir, onTestFinished))
    })
  }
})
