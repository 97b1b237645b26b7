import { expect, it, vi } from 'vitest'
import { restOptimizers } from '../process/optimizers.ts'
import { loadJobsList, loadProgram, loadService } from './built-parts.ts'
import { loadScript, type ScriptOptions } from './kept-script.ts'

const loaded = vi.hoisted(() => ({ afterRest: [] as boolean[] }))
vi.mock(import('./kept-script.ts'), () => ({ loadScript: vi.fn() }))
vi.mock(import('../process/optimizers.ts'), () => ({ restOptimizers: vi.fn() }))
vi.mock(import('../run-process.ts'), () => {
  loaded.afterRest.push(vi.mocked(restOptimizers).mock.calls.length > 0)
  return { runProcess: vi.fn() }
})

it('loads the scripts that a build puts beside, for what the words call', async () => {
  loadProgram({ words: ['run', 'toy', 'hello'], folder: '/kept' })
  loadJobsList({ words: ['jobs', 'list'], folder: undefined })
  const calls = vi.mocked(loadScript).mock.calls as [string, ScriptOptions][]
  expect(calls.map(([file, { folder, use }]) => [file.slice(import.meta.dirname.length), folder, use])).toEqual([
    ['/run-process.script.js', '/kept', 'run-job'],
    ['/list-quickly.script.js', undefined, 'jobs-list'],
  ])
  const { importModule } = calls[0]![1]
  expect(await importModule('node:path')).toHaveProperty('join')
})

it('loads a service as modules, with the optimizers at rest', async () => {
  const { exports } = await loadService()
  await exports.runProcess(process, ['serve'], '1.2.3')
  expect(loaded.afterRest).toEqual([true])
  expect(vi.mocked((await import('../run-process.ts')).runProcess).mock.calls).toEqual([[process, ['serve'], '1.2.3']])
})
