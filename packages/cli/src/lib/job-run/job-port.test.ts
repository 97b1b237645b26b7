import { expect, it, onTestFinished } from 'vitest'
import { loadWorkspace } from '../workspace.ts'
import { jobFinder } from './job-port.ts'
import { ToyWorkspace } from './toy-workspace.fixture.ts'

it('finds what is installed, replaced or removed while a service runs', async () => {
  const toy = new ToyWorkspace('export const a = () => 1')
  onTestFinished(() => toy.remove())
  let now = 0
  const { locate } = jobFinder(await loadWorkspace(toy.folder, undefined, {}), () => now)
  expect(await locate('@acme/toy', 'a')).toMatchObject({ version: '1.0.0' })
  await expect(locate('@acme/toy', 'b')).rejects.toMatchObject({ code: 'REGISTRY_JOB_UNKNOWN' })
  const lorc = { jobs: { a: './jobs.mjs#a', b: './jobs.mjs#b' } }
  toy.write('node_modules/@acme/toy/package.json', JSON.stringify({ name: '@acme/toy', version: '2.0.0', lorc }))
  expect(await locate('@acme/toy', 'a')).toMatchObject({ version: '1.0.0' })
  now += 1000
  expect(await locate('@acme/toy', 'b')).toMatchObject({ version: '2.0.0' })
  expect(await locate('toy', 'a')).toMatchObject({ version: '2.0.0' })
  toy.write('node_modules/@acme/toy/package.json', '')
  now += 1000
  expect(await locate('@acme/toy', 'a')).toMatchObject({ version: '2.0.0' })
})
