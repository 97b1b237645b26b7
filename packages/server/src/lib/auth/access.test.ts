import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { TestClock } from '@lorc/runner/testing'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { recipeOf, scratch, serviceFixture, type ServiceFixture } from '../service.fixture.ts'
import { KeyStore, type KeyScope } from './key-store.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

async function withKeys(config: object = {}): Promise<ServiceFixture & { key: (...scopes: KeyScope[]) => Record<string, string>; keys: KeyStore }> {
  const workspace = await scratch(files)
  const keys = new KeyStore(join(workspace, '.lorc/keys.db'))
  const key = (...scopes: KeyScope[]): Record<string, string> => bearer(keys.add({ name: `key for ${scopes.join('+')}`, scopes }).text)
  key('read')
  return { ...(await serviceFixture({ workspace, config: { server: config } })), key, keys }
}

describe('a service with keys', () => {
  it('asks for one everywhere but where it says nothing of its runs', async () => {
    const { ask, key } = await withKeys()
    expect((await ask('GET', '/health')).status).toBe(200)
    const refused = await ask('GET', '/runs')
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="lorc"' }, body: { code: 'AUTH_REQUIRED' } })
    for (const wrong of ['lorc_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'x', 'a.b.c']) {
      expect(await ask('GET', '/runs', undefined, bearer(wrong))).toMatchObject({ status: 401, body: { code: 'AUTH_INVALID' } })
    }
    expect(await ask('GET', '/runs', undefined, { authorization: 'Basic YTpi' })).toMatchObject({ status: 401 })
    expect((await ask('GET', '/runs', undefined, key('read'))).status).toBe(200)
    expect((await ask('GET', '/nothing')).status).toBe(404)
  })

  it('lets each key do what its scopes say, and nothing else', async () => {
    const { ask, key } = await withKeys()
    const [read, run, operate] = [key('read'), key('run'), key('operate')]
    const start = (headers: Record<string, string>) => ask('POST', '/recipes/one/runs', {}, headers)
    expect(await start(read)).toMatchObject({ status: 403, body: { code: 'AUTH_SCOPE', fix: expect.stringContaining('--scope run') as unknown } })
    expect(await start(operate)).toMatchObject({ status: 403 })
    const { run_id: id } = (await start(run)).body as { run_id: string }
    expect((await ask('GET', `/runs/${id}`, undefined, run)).status).toBe(403)
    expect((await ask('GET', `/runs/${id}`, undefined, read)).status).toBe(200)
    const cancel = (headers: Record<string, string>) => ask('POST', `/runs/${id}/cancel`, { reason: 'x', by: 'somebody else' }, headers)
    expect((await cancel(run)).status).toBe(403)
    expect((await cancel(operate)).status).toBe(200)
    const rerun = (headers: Record<string, string>) => ask('POST', `/runs/${id}/rerun`, { reason: 'x' }, headers)
    expect((await rerun(run)).status).toBe(403)
    expect((await rerun(operate)).status).toBe(202)
  })

  it('records whose key it was, whatever the request says', async () => {
    const { ask, key, workspace } = await withKeys()
    const { run_id: id } = (await ask('POST', '/recipes/one/runs', {}, key('run'))).body as { run_id: string }
    await ask('POST', `/runs/${id}/cancel`, { reason: 'x', by: 'somebody else' }, key('operate'))
    const { AuditLog } = await import('../audit/audit-log.ts')
    const log = new AuditLog(join(workspace, '.lorc/audit.db'))
    expect([...log.records()][0]).toMatchObject({ who: 'key for operate' })
    log.close()
  })

  it('knows of a revoked key, and of a new one, at once', async () => {
    const { ask, keys } = await withKeys()
    const { text, key } = keys.add({ name: 'ann', scopes: ['read'] })
    expect((await ask('GET', '/runs', undefined, bearer(text))).status).toBe(200)
    keys.revoke(key.id)
    expect((await ask('GET', '/runs', undefined, bearer(text))).status).toBe(401)
  })

  it('asks for one as soon as there is the first, though it began without', async () => {
    const { ask, workspace } = await serviceFixture({ files, config: { server: { limits: { refusalsPerMinute: 1 } } } })
    expect((await ask('GET', '/runs')).status).toBe(200)
    const { text } = new KeyStore(join(workspace, '.lorc/keys.db')).add({ name: 'ann', scopes: ['read'] })
    expect(await ask('GET', '/runs')).toMatchObject({ status: 401, body: { code: 'AUTH_REQUIRED' } })
    for (const status of [401, 429]) expect((await ask('GET', '/runs', undefined, bearer('x'))).status).toBe(status)
    expect((await ask('GET', '/runs', undefined, bearer(text))).status).toBe(200)
    expect((await ask('POST', '/recipes/one/runs', {}, bearer(text))).status).toBe(403)
  })

  it('goes on asking for one when the last one is revoked', async () => {
    const { keys, workspace } = await withKeys()
    for (const { id } of keys.list()) keys.revoke(id)
    const { ask } = await serviceFixture({ workspace })
    expect((await ask('GET', '/runs')).status).toBe(401)
  })

  it('tells idempotency keys of different senders apart', async () => {
    const { ask, key } = await withKeys()
    const mine = { ...key('run', 'read'), 'idempotency-key': 'k' }
    const other = { ...key('run', 'read', 'operate'), 'idempotency-key': 'k' }
    const id = async (headers: Record<string, string>) => ((await ask('POST', '/recipes/one/runs', {}, headers)).body as { run_id: string }).run_id
    expect(await id(mine)).toBe(await id(mine))
    expect(await id(mine)).not.toBe(await id(other))
  })

  it('counts requests of each key, and wrong keys of each address', async () => {
    const { ask, key } = await withKeys({ limits: { requestsPerMinute: 2, refusalsPerMinute: 2 } })
    // Two keys of one name.
    const [one, two] = [key('read'), key('read')]
    const get = async (headers: Record<string, string>) => (await ask('GET', '/recipes', undefined, headers)).status
    expect([await get(one), await get(one), await get(one), await get(two)]).toEqual([200, 200, 429, 200])
    expect(await ask('GET', '/recipes', undefined, one)).toMatchObject({ body: { code: 'RATE_LIMITED' }, headers: { 'retry-after': expect.stringMatching(/^\d+$/) as unknown } })
    expect([await get(bearer('x')), await get(bearer('y')), await get(bearer('z')), await get({}), await get(two)]).toEqual([401, 401, 429, 401, 200])
  })
})

it('counts the requests of a minute, also where the clock of the machine is set back', async () => {
  const clock = new TestClock()
  const { ask } = await serviceFixture({ files, clock, config: { server: { limits: { requestsPerMinute: 1 } } } })
  const get = async () => (await ask('GET', '/recipes')).status
  expect([await get(), await get()]).toEqual([200, 429])
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000)
  onTestFinished(() => void vi.restoreAllMocks())
  await clock.advance(60_000)
  expect([await get(), await get()]).toEqual([200, 429])
})

describe('a service without keys', () => {
  it('listens to this machine alone', async () => {
    const { server } = await serviceFixture()
    await expect(server.listen({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'SERVER_OPEN', fix: expect.stringContaining('lorc keys add') as unknown })
    await expect(server.listen({ host: '::', port: 0 })).rejects.toMatchObject({ code: 'SERVER_OPEN' })
    expect((await server.listen({ host: 'localhost', port: 0 })).port).toBeGreaterThan(0)
  })

  it('may be told to ask for keys all the same', async () => {
    const { ask, server } = await serviceFixture({ config: { server: { auth: { required: true } } } })
    expect((await ask('GET', '/runs')).status).toBe(401)
    expect((await server.listen({ host: '0.0.0.0', port: 0 })).port).toBeGreaterThan(0)
  })

  it('answers to no name but those it goes by', async () => {
    const { ask } = await serviceFixture({ config: { server: { hosts: ['Runs.Example'] } } })
    const status = async (host: string) => (await ask('GET', '/health', undefined, { host })).status
    for (const host of ['localhost', 'localhost:8000', '127.0.0.1:1', '[::1]:8000', 'runs.example', 'RUNS.example:443']) expect(await status(host), host).toBe(200)
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'a:b:c', '169.254.169.254']) expect(await status(host), host).toBe(421)
  })

  it('does nothing that a page of another site sends', async () => {
    const { ask, server } = await serviceFixture({ files })
    const start = async (headers: Record<string, string>) => (await ask('POST', '/recipes/one/runs', {}, { host: 'localhost:8000', ...headers })).status
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'http://localhost:9000' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', origin: 'http://localhost:8000' }]) {
      expect(await start(headers as Record<string, string>), JSON.stringify(headers)).toBe(403)
    }
    expect(await server.runner.store.list()).toEqual([])
    for (const headers of [{}, { origin: 'http://localhost:8000' }, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }]) expect(await start(headers as Record<string, string>)).toBe(202)
    expect((await ask('GET', '/runs', undefined, { origin: 'https://evil.example' })).status).toBe(200)
  })

  it('sends what keeps browsers from doing harm with its answers', async () => {
    const { ask } = await serviceFixture()
    for (const path of ['/health', '/nothing', '/runs/x']) {
      expect((await ask('GET', path)).headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'") as unknown,
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      })
    }
  })
})

describe('tokens', () => {
  const issuer = 'https://id.example/'
  async function withTokens(jwt: object = {}, limits: object = {}) {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const workspace = await scratch({ ...files, 'jwks.json': JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }) })
    const logged: string[] = []
    const service = await serviceFixture({
      workspace,
      config: { server: { limits, auth: { jwt: { jwks: 'jwks.json', issuer, audience: 'lorc', ...jwt } } } },
      log: (_level, _message, fields) => void logged.push(String(fields?.['error'])),
    })
    const sign = (claims: Record<string, unknown> = {}, alg = 'ES256', key: typeof privateKey | Uint8Array = privateKey): Promise<string> => {
      const all = { iss: issuer, aud: 'lorc', sub: 'ann', scope: 'openid lorc:read', exp: Math.floor(Date.now() / 1000) + 60, ...claims }
      return new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))).setProtectedHeader({ alg, kid: 'k1' }).sign(key)
    }
    const get = async (token: string) => service.ask('GET', '/runs', undefined, bearer(token))
    return { ...service, sign, get, logged }
  }

  it('count where they are signed, for this service and in time', async () => {
    const { get, sign } = await withTokens()
    expect((await get(await sign())).status).toBe(200)
    const other = await generateKeyPair('ES256')
    const wrong: [string, string][] = [
      ['issuer', await sign({ iss: 'https://evil.example/' })],
      ['audience', await sign({ aud: 'other' })],
      ['over', await sign({ exp: Math.floor(Date.now() / 1000) - 60 })],
      ['without end', await sign({ exp: null })],
      ['not yet', await sign({ nbf: Math.floor(Date.now() / 1000) + 60 })],
      ['nobody', await sign({ sub: null })],
      ['key', await sign({}, 'ES256', other.privateKey)],
      ['shared secret', await sign({}, 'HS256', new TextEncoder().encode('0123456789abcdef0123456789abcdef'))],
      ['none', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`],
      ['no token', 'abc'],
    ]
    for (const [what, token] of wrong) expect(await get(token), what).toMatchObject({ status: 401, body: { code: 'AUTH_INVALID' } })
  })

  it('allow what their claim says', async () => {
    const { get, sign, ask } = await withTokens({ scopeClaim: 'permissions', scopePrefix: '', nameClaim: 'email' })
    const token = await sign({ permissions: ['run'], email: 'ann@example.com' })
    expect(await get(token)).toMatchObject({ status: 403, body: { detail: expect.stringContaining('The token of `ann@example.com`') as unknown, fix: expect.stringContaining('server.auth.jwt') as unknown } })
    expect((await ask('POST', '/recipes/one/runs', {}, bearer(token))).status).toBe(202)
    expect((await get(await sign({ permissions: 7, email: 'a' }))).status).toBe(403)
    expect((await get(await sign({ permissions: ['read'], email: 7 }))).status).toBe(401)
  })

  it('are not taken where their public keys cannot be had, which is no fault of theirs, and again once they can', async () => {
    const { get, sign, workspace, logged } = await withTokens({ jwks: 'later.json' }, { refusalsPerMinute: 1 })
    const token = await sign()
    for (const turn of [1, 2]) {
      const refused = await get(token)
      expect(refused, `${turn}`).toMatchObject({ status: 503, body: { code: 'AUTH_UNAVAILABLE' } })
      expect(refused.headers).not.toHaveProperty('www-authenticate')
    }
    expect(logged[0]).toMatch(/\ncaused by Error: ENOENT: .*later\.json/)
    writeFileSync(join(workspace, 'later.json'), readFileSync(join(workspace, 'jwks.json')))
    expect((await get(token)).status).toBe(200)
  })

  it('are checked by the keys that a file has now', async () => {
    const { get, sign, workspace } = await withTokens()
    const token = await sign()
    expect((await get(token)).status).toBe(200)
    writeFileSync(join(workspace, 'jwks.json'), '{"keys":[]}')
    expect((await get(token)).status).toBe(401)
  })

  it('may be long', async () => {
    const { get, sign } = await withTokens()
    expect((await get(await sign({ groups: 'g'.repeat(9000) }))).status).toBe(200)
  })

  it('are checked by the keys that their issuer has now: those of before do not count any more, and what it cannot tell is not guessed', async () => {
    const pairs = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
    const jwks = await Promise.all(pairs.map(async ({ publicKey }, i) => ({ ...(await exportJWK(publicKey)), kid: `k${i}`, alg: 'ES256' })))
    let answer: { status: number; keys: object[] } = { status: 200, keys: [jwks[0]!] }
    let asked = 0
    const issuing = createHttpServer((_, response) => {
      asked++
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: answer.keys }))
    })
    await new Promise<void>((resolve) => issuing.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void issuing.close())
    const { get } = await withTokens({ jwks: `http://127.0.0.1:${(issuing.address() as AddressInfo).port}/jwks.json` })
    const status = async (i: number): Promise<number> => {
      const claims = { iss: issuer, aud: 'lorc', sub: 'ann', scope: 'lorc:read', exp: Math.floor(Date.now() / 1000) + 60 }
      return (await get(await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: `k${i}` }).sign(pairs[i]!.privateKey))).status
    }
    expect([await status(0), await status(0), asked]).toEqual([200, 200, 1])
    // Whoever sends tokens of unknown keys does not have the issuer asked for each of them.
    expect([await status(1), await status(1), asked]).toEqual([401, 401, 1])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    onTestFinished(() => void vi.useRealTimers())
    answer = { status: 500, keys: [] }
    expect([await status(0), await status(1)]).toEqual([200, 503])
    answer = { status: 200, keys: [jwks[1]!] }
    expect([await status(1), await status(0)]).toEqual([200, 401])
  })

  it('are checked by keys from an address that is safe', async () => {
    for (const jwks of ['http://id.example/jwks', 'ftp://id.example/jwks']) {
      await expect(withTokens({ jwks })).rejects.toMatchObject({ code: 'SERVER_CONFIG', message: expect.stringContaining('auth.jwt.jwks') as unknown })
    }
    const { get, sign } = await withTokens({ jwks: 'http://127.0.0.1:1/jwks.json' })
    expect(await get(await sign())).toMatchObject({ status: 503 })
  })
})
