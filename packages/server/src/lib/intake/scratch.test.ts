import { createMemoryStore, createRunner } from '@lorc/runner'
import { TestClock } from '@lorc/runner/testing'
import { expect, it } from 'vitest'
import { recipeOf, scratch, serviceFixture } from '../service.fixture.ts'
const files = { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }
const idOf = (a: any) => a.body.run_id
const why = { by: 'ana', reason: 'x' }
it('E3', async () => {
  const logged: string[] = []
  const gate = Promise.withResolvers<void>()
  const service = await serviceFixture({ files, config: { server: { limits: { driven: 1 } } }, steps: { a: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) as any }, log: (l, m, f) => logged.push(`${l} ${m} ${String(f?.['code'])}`) })
  await service.ask('POST', '/recipes/one/runs')
  const waiting = service.ask('POST', '/recipes/one/runs', undefined, { prefer: 'wait=2' })
  await expect.poll(async () => (await service.server.runner.store.list()).length).toBe(2)
  const [run] = await service.server.runner.store.list()
  console.log((await service.ask('POST', `/runs/${run!.runId}/cancel`, { reason: 'x' })).body)
  gate.resolve()
  console.log((await waiting).status, (await waiting).body, logged)
})
it('E4', async () => {
  const logged: string[] = []
  const workspace = await scratch(files)
  const store = createMemoryStore()
  const first = await serviceFixture({ workspace, store, steps: { a: () => new Promise(() => undefined) } })
  const id = idOf(await first.ask('POST', '/recipes/one/runs'))
  await first.server.close()
  const cli = await createRunner({ workspace, store })
  console.log(await cli.pause(id, why))
  const clock = new TestClock()
  const second = await serviceFixture({ workspace, store, clock, log: (l, m, f) => logged.push(`${l} ${m} ${String(f?.['code'])}`) })
  for (let i = 0; i < 50; i++) await new Promise((r) => setImmediate(r))
  console.log(await cli.unpause(id, why), logged)
  for (let i = 0; i < 5; i++) { await clock.advance(60_000); for (let i = 0; i < 50; i++) await new Promise((r) => setImmediate(r)) }
  console.log((await store.get(id))?.status, await second.server.runner.isDriven(id), logged)
  await cli.close()
})
it('E5', async () => {
  const logged: string[] = []
  const workspace = await scratch(files)
  const store = createMemoryStore()
  const gate = Promise.withResolvers<void>()
  const clock = new TestClock()
  const service = await serviceFixture({ workspace, store, clock, config: { server: { limits: { driven: 1 } } }, steps: { a: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) as any }, log: (l, m, f) => logged.push(`${l} ${m} ${String(f?.['code'])}`) })
  await service.ask('POST', '/recipes/one/runs')
  const id = idOf(await service.ask('POST', '/recipes/one/runs'))
  console.log((await service.ask('POST', `/runs/${id}/pause`, { reason: 'x' })).body, await store.lease(id))
  console.log((await service.ask('POST', `/runs/${id}/resume`, { reason: 'x' })).body)
  gate.resolve()
  for (let i = 0; i < 5; i++) { await clock.advance(1000); for (let i = 0; i < 50; i++) await new Promise((r) => setImmediate(r)) }
  console.log((await service.ask('GET', `/runs/${id}`)).body)
  console.log((await service.ask('POST', `/runs/${id}/unpause`, { reason: 'x' })).body)
  for (let i = 0; i < 5; i++) { await clock.advance(60_000); for (let i = 0; i < 50; i++) await new Promise((r) => setImmediate(r)) }
  console.log((await store.get(id))?.status, logged)
})
