import { expect, it } from 'vitest'
import { DEFAULT_CONFIG } from '../config/config.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import { lazyModuleExecutors, lazyModuleFinder } from './lazy-modules.ts'

const workspace = (modules: object): LoadedWorkspace => ({ root: '/w', config: { ...DEFAULT_CONFIG, modules } }) as LoadedWorkspace

it('runs steps of type module only where the configuration has some', async () => {
  expect(lazyModuleExecutors({ workspace: workspace({}), env: {} })).toEqual([])
  const [executor] = lazyModuleExecutors({ workspace: workspace({ m: { url: 'http://127.0.0.1:1' } }), env: {} })
  expect(executor?.types).toEqual(['module'])
  expect(await executor?.versions?.([])).toEqual({ modules: {}, module_configs: {} })
  await executor?.close()
})

it('tells what is wrong with the configuration when it is first needed, not before', async () => {
  const wrong = workspace({ m: { url: 'ftp://m' } })
  const [executor] = lazyModuleExecutors({ workspace: wrong, env: {} })
  await executor?.close()
  await expect(executor?.versions?.([])).rejects.toMatchObject({ code: 'SERVER_CONFIG', message: expect.stringContaining('modules.m.url') as string })
  await expect(lazyModuleFinder(wrong).locate('m')).rejects.toMatchObject({ code: 'SERVER_CONFIG' })
})

it('finds modules, and what their headers take from the environment', async () => {
  const finder = lazyModuleFinder(workspace({ m: { url: 'http://m', headers: { authorization: 'Bearer ${{ env.TOKEN }}' } } }))
  expect(await finder.locate('m')).toEqual({ secrets: ['TOKEN'] })
  await expect(finder.locate('n')).rejects.toMatchObject({ code: 'MODULE_UNKNOWN', fix: expect.stringContaining('m') as string })
})
