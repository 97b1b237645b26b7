import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { serveFolder } from './kept-files.ts'

it('serves a folder as it was, whatever becomes of its files', async () => {
  const root = await scratch({ 'index.html': '<script src="/assets/one.js">', 'assets/one.js': 'one()', 'mark.svg': '<svg/>' })
  writeFileSync(join(root, 'assets/one.js.br'), brotliCompressSync('one()'))
  const app = fastify()
  serveFolder(app, root, { 'x-policy': 'strict' })
  await rm(root, { recursive: true })
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })
  expect(await get('/')).toMatchObject({ statusCode: 200, body: '<script src="/assets/one.js">', headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', 'x-policy': 'strict' } })
  expect(await get('/mark.svg')).toMatchObject({ statusCode: 200, headers: { 'content-type': 'image/svg+xml' } })
  const plain = await get('/assets/one.js')
  expect(plain).toMatchObject({ statusCode: 200, body: 'one()', headers: { 'content-type': 'text/javascript; charset=utf-8', vary: 'accept-encoding' } })
  expect(await get('/assets/one.js', { 'accept-encoding': 'gzip, br' })).toMatchObject({ rawPayload: brotliCompressSync('one()'), headers: { 'content-encoding': 'br' } })
  expect(await get('/assets/one.js', { 'if-none-match': `"x", ${String(plain.headers.etag)}` })).toMatchObject({ statusCode: 304, body: '' })
  expect((await get('/assets/one.js.br')).statusCode).toBe(404)
  expect(await app.inject({ method: 'HEAD', url: '/assets/one.js' })).toMatchObject({ statusCode: 200, body: '', headers: { 'content-length': '5' } })
})
