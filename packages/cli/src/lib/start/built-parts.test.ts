import { expect, it, vi } from 'vitest'
import { loadJobsList, loadProgram } from './built-parts.ts'
import { loadScript, type ScriptOptions } from './kept-script.ts'

vi.mock(import('./kept-script.ts'), () => ({ loadScript: vi.fn() }))

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
