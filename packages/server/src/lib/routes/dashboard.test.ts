import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { serviceFixture } from '../service.fixture.ts'

const built = existsSync(fileURLToPath(new URL('../../../dist/dashboard/index.html', import.meta.url)))

describe.skipIf(!built)('the files of the dashboard', () => {
  it('are served with a policy that lets no script in but their own, and compressed where that is taken', async () => {
    const { server } = await serviceFixture()
    const get = (url: string, headers: Record<string, string> = {}) => server.app.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers } })
    const page = await get('/')
    expect(page.statusCode).toBe(200)
    expect(page.headers).toMatchObject({ 'content-type': expect.stringContaining('text/html') as unknown, 'cache-control': 'no-cache' })
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(page.body).not.toMatch(/<script(?![^>]* src=)|<style|style=| on[a-z]+=|https?:/)
    const [script = ''] = /assets\/[^"]+\.js/.exec(page.body) ?? []
    const plain = await get(`/${script}`)
    const small = await get(`/${script}`, { 'accept-encoding': 'br' })
    expect(plain.headers['cache-control']).toContain('immutable')
    expect(small.headers['content-encoding']).toBe('br')
    expect(small.headers['content-type']).toBe(plain.headers['content-type'])
    expect([plain.headers['content-encoding'], plain.headers.vary, small.headers.vary]).toEqual([undefined, 'accept-encoding', 'accept-encoding'])
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  })

  it('are sent again only where they have changed', async () => {
    const { server } = await serviceFixture()
    const get = (headers: Record<string, string>) => server.app.inject({ method: 'GET', url: '/', headers: { host: 'localhost', ...headers } })
    const { etag } = (await get({})).headers
    expect([(await get({ 'if-none-match': String(etag) })).statusCode, (await get({ 'if-none-match': '"another"' })).statusCode]).toEqual([304, 200])
  })

  it('are all there is: no path leads out of their folder', async () => {
    const { ask } = await serviceFixture()
    for (const path of ['/assets/', '/assets/..%2f..%2findex.js', '/..%2findex.js', '/index.js', '/assets/nothing.js']) {
      expect((await ask('GET', path)).status).toBe(404)
    }
  })
})
