import { expect, it } from 'vitest'
import { knownRoutes } from '../contract/route-families.ts'
import { recipeOf, serviceFixture } from '../service.fixture.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }

it('answers HEAD as GET, with the head alone, on every route: also where GET would go on sending', async () => {
  const service = await serviceFixture({ files })
  const { url } = await service.server.listen({ port: 0 })
  const { run_id: id } = (await service.ask('POST', '/recipes/one/runs', {}, { prefer: 'wait=10' })).body as { run_id: string }
  const gets = [...knownRoutes.keys()].filter((name) => name.startsWith('GET ')).map((name) => name.slice(4))
  expect(gets.length).toBeGreaterThan(20)
  for (const path of gets) {
    const place = `${url}${path.replace('{run_id}', id).replaceAll(/\{\w+\}|\*/g, 'x')}`
    const head = await fetch(place, { method: 'HEAD' })
    const got = await fetch(place)
    expect([head.status, head.headers.get('content-type')], path).toEqual([got.status, got.headers.get('content-type')])
    expect(await head.text(), path).toBe('')
    await got.body?.cancel()
  }
})

it('asks for a key where GET does', async () => {
  const { server } = await serviceFixture({ config: { server: { auth: { required: true } } } })
  const status = async (url: string): Promise<number> => (await server.app.inject({ method: 'HEAD', url, headers: { host: 'localhost' } })).statusCode
  expect([await status('/runs'), await status('/health')]).toEqual([401, 200])
})
