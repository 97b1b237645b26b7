import { existsSync } from 'node:fs'
import { createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import { TestClock } from '@lorc/runner/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { recipeOf, scratch, serviceFixture } from './service.fixture.ts'
import { createServer } from './server.ts'

describe('the service', () => {
  it('answers over HTTP, and says that it is there', async () => {
    const { server } = await serviceFixture()
    const { url } = await server.listen({ port: 0 })
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', version: '1.2.3' })
    expect((await fetch(`${url}/ready`)).status).toBe(200)
  })

  it('refuses what it cannot be made with by its name, and makes no folder for a workspace that is not there', async () => {
    const workspace = await scratch()
    const made = createServer as (options?: unknown) => Promise<unknown>
    for (const [options, message] of [
      [undefined, 'The options of createServer are an object.'],
      [{}, '`workspace` of createServer is the absolute path of a folder.'],
      [{ workspace, confg: {} }, 'createServer has no option `confg`.'],
      [{ workspace, store: {} }, '`store` of createServer is a store'],
      [{ workspace, log: 3 }, '`log` of createServer is a function.'],
      [{ workspace, runner: 'x' }, '`runner` of createServer is an object.'],
    ] as const) {
      await expect(made(options)).rejects.toMatchObject({ code: 'SERVER_CONFIG', message: expect.stringContaining(message) as unknown })
    }
    const nowhere = join(workspace, 'wrkspace')
    for (const wrong of [nowhere, 'here']) await expect(made({ workspace: wrong })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
    expect([nowhere, 'here'].filter((path) => existsSync(path))).toEqual([])
  })

  it('keeps runs from one start to the next', async () => {
    const workspace = await scratch({ 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' })
    const store = { kind: 'files', durability: 'process' } as const
    const first = await serviceFixture({ workspace, store })
    const { run_id: id } = (await first.ask('POST', '/recipes/one/runs')).body as { run_id: string }
    for await (const event of first.server.runner.events(id, { follow: true })) void event
    await first.server.close()
    await first.server.close()
    const second = await serviceFixture({ workspace, store: { kind: 'sqlite' } })
    expect((await second.ask('GET', `/runs/${id}`)).status).toBe(404)
    const third = await serviceFixture({ workspace, store })
    expect((await third.ask('GET', `/runs/${id}`)).body).toMatchObject({ status: 'completed' })
  })

  it('answers who waits for a run when the service stops, once its steps have had their time', async () => {
    const clock = new TestClock()
    const begun = Promise.withResolvers<void>()
    let ended = false
    const hangs = ({ signal }: { signal: AbortSignal }) =>
      new Promise<never>((_, reject) => {
        begun.resolve()
        signal.addEventListener('abort', () => {
          ended = true
          reject(new Error('ended'))
        })
      })
    const { server } = await serviceFixture({ clock, files: { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }, steps: { a: hangs }, config: { server: { stopSec: 8 } } })
    const { url } = await server.listen({ port: 0 })
    const answer = fetch(`${url}/recipes/one/runs`, { method: 'POST', headers: { prefer: 'wait=30', 'content-type': 'application/json' }, body: '{}' })
    await begun.promise
    const closed = server.close()
    const aSecondLater = (): Promise<boolean> => clock.advance(1000).then(() => ended)
    await expect.poll(aSecondLater).toBe(true)
    expect(await (await answer).json()).toMatchObject({ status: 'running' })
    await closed
  })

  it('has written the folders of all runs that ended when it has stopped', async () => {
    const service = await serviceFixture({ files: { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }, steps: { a: () => ({ status: 'ok', outputs: null }) } })
    const folder = Promise.withResolvers<string>()
    const begun = new Promise<void>((resolve) => {
      vi.spyOn(service.server.runner, 'writeRunFolder').mockImplementation(() => (resolve(), folder.promise))
    })
    await service.ask('POST', '/recipes/one/runs')
    await begun
    let hasStopped = false
    const stopped = service.server.close().then(() => (hasStopped = true))
    for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
    expect(hasStopped).toBe(false)
    folder.resolve('')
    await stopped
  })

  it('names every setting that is wrong', async () => {
    const workspace = await scratch()
    const config = { server: { port: 'x', hots: 1 } }
    await expect(createServer({ workspace, config })).rejects.toMatchObject({
      code: 'SERVER_CONFIG',
      message: 'The configuration of the service does not fit at `server.port`: it must be a number (and 1 more).',
      details: { problems: [{ name: 'server.port' }, { name: 'server.hots', message: 'There is no setting `hots` here.', fix: 'Leave it out.' }] },
    })
  })

  it('says why it cannot listen', async () => {
    const other = createNetServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const { server } = await serviceFixture()
    await expect(server.listen({ port })).rejects.toMatchObject({ code: 'SERVER_LISTEN', message: expect.stringContaining('another process') as unknown })
  })

  it('answers what it has no route for, and what is not JSON, with a problem', async () => {
    const { ask } = await serviceFixture()
    expect(await ask('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'REQUEST_ROUTE' } })
    expect(await ask('POST', '/recipes/one/runs', '{')).toMatchObject({ status: 400, body: { code: 'REQUEST_JSON' } })
    expect(await ask('POST', '/recipes/one/runs', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({ status: 415, body: { code: 'REQUEST_MEDIA_TYPE' } })
    expect(await ask('POST', '/recipes/one/runs', '{"params":{"__proto__":1}}')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
    expect(await ask('POST', '/recipes/one/runs', `"${'x'.repeat(2 ** 20)}"`)).toMatchObject({ status: 413, body: { code: 'REQUEST_TOO_LARGE' } })
  })
})
