import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { LogSync } from './log-sync.ts'

vi.mock('node:fs', async (original) => {
  const real = await original<typeof files>()
  return { ...real, open: vi.fn(real.open), fdatasync: vi.fn(real.fdatasync) }
})

it('opens its file once, and lets nobody go before what was written is synced', async () => {
  const folder = files.mkdtempSync(join(tmpdir(), 'lorc-sync-'))
  const path = join(folder, 'log')
  files.writeFileSync(path, '')
  const log = new LogSync(path)
  const order: string[] = []
  log.written()
  const first = log.sync().then(() => order.push('first'))
  const second = log.sync().then(() => order.push('second'))
  log.written()
  const third = log.sync().then(() => order.push('third'))
  await Promise.all([third, second, first])
  expect(order).toEqual(['first', 'second', 'third'])
  expect(vi.mocked(files.open).mock.calls.filter(([opened]) => opened === path)).toHaveLength(1)
  await log.close()
  files.rmSync(folder, { recursive: true })
})

it('begins to sync while its caller goes on, and leaves it to the sync to tell what fails', async () => {
  const folder = files.mkdtempSync(join(tmpdir(), 'lorc-sync-'))
  const path = join(folder, 'log')
  const log = new LogSync(path)
  vi.mocked(files.fdatasync).mockClear()
  log.hasten()
  expect(files.fdatasync).not.toHaveBeenCalled()
  files.writeFileSync(path, '')
  log.hasten()
  log.hasten()
  expect(files.fdatasync).toHaveBeenCalledTimes(2)
  await log.close()
  files.rmSync(folder, { recursive: true })
})
