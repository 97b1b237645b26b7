import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { refuseNoHttp } from './no-http.ts'
import { serviceFixture } from './service.fixture.ts'

async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const bytes of socket) answer += String(bytes)
  return answer
}

it('answers what is no HTTP with a problem, and ends the connection', async () => {
  const { server } = await serviceFixture()
  const { port } = await server.listen({ port: 0 })
  expect(await say(port, 'what is this\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*"code":"REQUEST_INVALID"/)
  expect(await say(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n[^]*"status":431,[^]*"code":"REQUEST_TOO_LARGE"/)
  expect(await say(port, 'GET /runs HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 421 [^]*"code":"HOST_REFUSED"/)
})

it('says nothing on a connection that broke, or in the middle of an answer', () => {
  const socket = (state: object) => {
    const said: string[] = []
    return { said, writable: true, bytesWritten: 0, end: (text: string) => said.push(text), destroy: () => said.push('destroyed'), ...state }
  }
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
