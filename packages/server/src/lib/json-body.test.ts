import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { depthOf } from './json-body.ts'
import { recipeOf, serviceFixture } from './service.fixture.ts'

describe('a body', () => {
  it.each([
    ['1', 0],
    ['{}', 1],
    ['[[{"a":[1]}]]', 4],
    ['"[[[["', 0],
    [String.raw`{"a":"\"[[[","b":[]}`, 2],
    ['[[]],[]', 2],
    ['"unended [', 0],
  ])('%s is %i deep', (text, depth) => expect(depthOf(text)).toBe(depth))

  it('is refused where it is too deep, malformed, too large, of another type or dangerous, and leaves nothing behind', async () => {
    const { ask, server } = await serviceFixture({ files: { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' } })
    const post = async (body: string | Buffer, headers = {}) => ask('POST', '/recipes/one/runs', body, headers)
    const deep = (n: number) => `{"params":{"a":${'['.repeat(n)}${']'.repeat(n)}}}`
    const cases: [string | Buffer, number, string, Record<string, string>?][] = [
      [deep(63), 400, 'REQUEST_TOO_DEEP'],
      [deep(1_000), 400, 'REQUEST_TOO_DEEP'],
      ['{"params":', 400, 'REQUEST_JSON'],
      [Buffer.from('{"params":{"a":"\xff"}}', 'latin1'), 400, 'REQUEST_JSON'],
      ['{"params":{"__proto__":{"x":1}}}', 400, 'REQUEST_INVALID'],
      ['{"params":{"constructor":{"prototype":1}}}', 400, 'REQUEST_INVALID'],
      [`{"params":{"a":"${'x'.repeat(2 ** 20)}"}}`, 413, 'REQUEST_TOO_LARGE'],
      ['{}', 415, 'REQUEST_MEDIA_TYPE', { 'content-type': 'text/plain' }],
      ['a=1', 415, 'REQUEST_MEDIA_TYPE', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['{}', 415, 'REQUEST_MEDIA_TYPE', { 'content-type': 'multipart/form-data; boundary=x' }],
      [gzipSync('{}'), 415, 'REQUEST_MEDIA_TYPE', { 'content-encoding': 'gzip' }],
      ['[]', 400, 'REQUEST_INVALID'],
      ['{"nope":1}', 400, 'REQUEST_INVALID'],
      ['"text"', 400, 'REQUEST_INVALID'],
    ]
    for (const [body, status, code, headers] of cases) expect(await post(body, headers), String(body).slice(0, 40)).toMatchObject({ status, body: { code } })
    expect(await server.runner.store.list()).toEqual([])
    expect((await post('{"params":{"a/b":[1,{"__proto__":1}]}}')).body).toMatchObject({ errors: [{ path: '/body/params/a~1b/1/__proto__', fix: 'Leave it out.' }] })
    expect((await post('{"params":{"constructor":{}},"x":{"constructor":{"prototype":{}}}}')).body).toMatchObject({ errors: [{ path: '/body/x/constructor' }] })
    expect((await post('{"params": nope}')).body).toMatchObject({ detail: expect.stringContaining("Unexpected token") as unknown, fix: expect.any(String) as unknown })
    expect((await post('{"params":{}}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(202)
    expect((await post(deep(60))).status).toBe(202)
  })

  it('may be left out where nothing in it is needed', async () => {
    const { ask } = await serviceFixture({ files: { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' } })
    expect((await ask('POST', '/recipes/one/runs')).status).toBe(202)
    expect((await ask('POST', '/recipes/one/runs', '', { 'content-type': 'application/json' })).status).toBe(202)
    expect((await ask('POST', '/runs/x/cancel')).body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ path: '/body' }] })
  })

  it('is taken by no route with another method', async () => {
    const { ask } = await serviceFixture()
    expect(await ask('DELETE', '/runs')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' }, body: { code: 'REQUEST_METHOD' } })
    expect(await ask('POST', '/runs/x/context')).toMatchObject({ status: 405 })
    expect(await ask('POST', '/openapi')).toMatchObject({ status: 404 })
  })
})
