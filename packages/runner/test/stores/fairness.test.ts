import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSqliteStore } from '../../src/lib/stores/sqlite.ts'
import { journal } from '../../src/lib/store-testsuite/samples.ts'

const WRITERS = 4

it.each([
  ['process', 24_000],
  ['power', 1600],
])('gives each of four writing processes at least half of the mean (%s)', async (durability, total) => {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-fair-'))
  const file = join(folder, 'lorc.db')
  const program = join(import.meta.dirname, 'writer-process.ts')
  const names = Array.from({ length: WRITERS }, (_, n) => `run-${n}`)
  const writers = names.map((name) => fork(program, [file, durability, name, String(total)], { execArgv: [] }))
  try {
    await Promise.all(writers.map((writer) => Promise.race([once(writer, 'message'), endsEarly(writer)])))
    const counts = await raceTo(total, writers)
    const mean = counts.reduce((sum, count) => sum + count) / WRITERS
    expect(Math.min(...counts), counts.join(' ')).toBeGreaterThanOrEqual(mean / 2)
    const store = await createSqliteStore({ file })
    for (const [n, name] of names.entries()) {
      expect((await journal(store, name)).length).toBeGreaterThanOrEqual(counts[n] ?? NaN)
    }
    await store.close()
  } finally {
    for (const writer of writers) writer.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})

async function endsEarly(writer: ChildProcess): Promise<never> {
  await once(writer, 'exit')
  throw new Error('A writer ended early.')
}

/** How far each writer had come when all of them together had made `total` commits. */
async function raceTo(total: number, writers: ChildProcess[]): Promise<number[]> {
  const counts = writers.map(() => 0)
  const exits = writers.map((writer) => once(writer, 'exit'))
  await new Promise<void>((resolve, reject) => {
    for (const [n, writer] of writers.entries()) {
      writer.on('exit', () => reject(new Error(`writer ${n} ended early`)))
      writer.on('message', (count) => {
        counts[n] = Number(count)
        if (counts.reduce((sum, some) => sum + some) >= total) resolve()
      })
      writer.send('go')
    }
  })
  const reached = [...counts]
  for (const writer of writers) writer.send(total)
  for (const [code] of await Promise.all(exits)) expect(code).toBe(0)
  return reached
}
