import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { expect, it, vi } from 'vitest'
import { refuseNoHttp } from './no-http.ts'
import { serviceFixture } from './service.fixture.ts'

async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const bytes of socket) answer += String(bytes)
  return answer
}

it('answers what is not HTTP with a problem, and ends the connection', async () => {
  const { server } = await serviceFixture()
  const { port } = await server.listen({ port: 0 })
  expect(await say(port, 'what is this\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*"code":"REQUEST_INVALID"/)
  expect(await say(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n[^]*"status":431,[^]*"code":"REQUEST_TOO_LARGE"/)
  expect(await say(port, 'GET /runs HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 421 [^]*"code":"HOST_REFUSED"/)
})

const socket = (state: object) => {
  const said: string[] = []
  return { said, writable: true, bytesWritten: 0, end: (text: string) => said.push(text), destroySoon: () => said.push('closed'), destroy: () => said.push('destroyed'), ...state }
}

it('closes the connection once it was answered, also where the client keeps its end', () => {
  const broken = socket({})
  refuseNoHttp(Object.assign(new Error('x'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), broken as never)
  expect(broken.said).toEqual([expect.stringContaining('400 Bad Request'), 'closed'])
})

it('says nothing on a connection that broke, or in the middle of an answer', () => {
  for (const [code, state] of [['ECONNRESET', {}], ['HPE_INVALID', { bytesWritten: 1 }], ['HPE_INVALID', { writable: false }]] as const) {
    const broken = socket(state)
    refuseNoHttp(Object.assign(new Error(code), { code }), broken as never)
    expect(broken.said).toEqual(['destroyed'])
  }
})

it('answers a path that is not well-formed, or too long, with a problem', async () => {
  const { ask } = await serviceFixture()
  expect(await ask('GET', '/runs/%zz')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' }, headers: { 'x-content-type-options': 'nosniff' } })
  expect(await ask('GET', `/runs/${'a'.repeat(600)}`)).toMatchObject({ status: 413, body: { code: 'REQUEST_TOO_LARGE' } })
})

it('reports no failure of its own where the connection breaks before all of a body was there', async () => {
  const log = vi.fn()
  const { server } = await serviceFixture({ log })
  const { port } = await server.listen({ port: 0 })
  const arrived = new Promise<IncomingMessage>((resolve) => void server.app.server.once('request', resolve))
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /recipes/one/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"par')
  const request = await arrived
  const closed = new Promise((resolve) => void request.once('close', resolve))
  socket.resetAndDestroy()
  await closed
  await new Promise(setImmediate)
  expect(log).not.toHaveBeenCalled()
})
