import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { LogSync } from './log-sync.ts'

vi.mock('node:fs', async (original) => {
  const real = await original<typeof files>()
  return { ...real, open: vi.fn(real.open) }
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
