import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { creation, driver } from '../store-testsuite/samples.ts'
import type { RunStore } from '../store.ts'
import { createFilesStore } from './files.ts'
import { createSqliteStore } from './sqlite.ts'

let folder: string
let store: RunStore

const open = {
  sqlite: () => createSqliteStore({ file: join(folder, 'lorc.db') }),
  files: () => createFilesStore({ dir: folder }),
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-beat-'))
})

afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const heartbeat = async () => (await store.lease('r'))?.heartbeat ?? NaN

async function nextBeat(): Promise<number> {
  const before = await heartbeat()
  for (;;) {
    const now = await heartbeat()
    if (now !== before) return now
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** Blocks this thread. */
const block = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

describe.each(['sqlite', 'files'] as const)('heartbeat of the %s store', (kind) => {
  it('beats while the main thread is blocked', async () => {
    store = await open[kind]()
    await store.commit([creation('r')])
    const stop = store.startHeartbeat(driver('first'), 5)
    const before = await nextBeat()
    block(300)
    expect((await heartbeat()) - before).toBeGreaterThanOrEqual(5)
    await stop()
    await stop()
  })

  it('has ended for whoever stops it before it has begun', async () => {
    store = await open[kind]()
    await store.commit([creation('r')])
    const thread = new Promise<Worker>((resolve) => process.once('worker', resolve))
    await store.startHeartbeat(driver('first'), 1e9)()
    expect((await thread).threadId).toBe(-1)
  })

  it('ends at once when it is stopped, however long its interval is', async () => {
    store = await open[kind]()
    await store.commit([creation('r')])
    const stop = store.startHeartbeat(driver('first'), 1e9)
    await nextBeat()
    await stop()
  })
})

it('goes on after it has met a lock', async () => {
  store = await open.sqlite()
  await store.commit([creation('r')])
  const stop = store.startHeartbeat(driver('first'), 2)
  await nextBeat()
  const other = new DatabaseSync(join(folder, 'lorc.db'))
  for (let locked = false; !locked; ) {
    try {
      other.exec('BEGIN IMMEDIATE')
      locked = true
    } catch {
      block(1)
    }
  }
  const before = await heartbeat()
  block(50)
  expect(await heartbeat()).toBe(before)
  other.exec('COMMIT')
  other.close()
  await nextBeat()
  await stop()
})

it('lets its owner go on when it cannot reach the medium', async () => {
  store = await open.files()
  await store.commit([creation('r')])
  rmSync(join(folder, 'heartbeats'), { recursive: true })
  await store.startHeartbeat(driver('first'), 1000)()
  expect(await heartbeat()).toBe(0)
})
