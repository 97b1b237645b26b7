import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { systemClock } from '@lorc/runner'
import { expect, it, onTestFinished } from 'vitest'
import { ModuleClient, type ModuleRequest } from './module-client.ts'

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const serve = async (listener: RequestListener): Promise<string> => `http://127.0.0.1:${await portOf(createServer(listener))}`

function client(): (url: string, more?: Partial<ModuleRequest>) => ReturnType<ModuleClient['ask']> {
  const made = new ModuleClient(systemClock)
  onTestFinished(() => made.close())
  return (url, more = {}) => made.ask({ module: 'm', method: 'GET', url, headers: {}, timeoutMs: 5000, maxBytes: 1000, ...more })
}

it('gives the answer as it is: status, headers by their names in lower case, bytes', async () => {
  const url = await serve((request, response) => void response.writeHead(207, { 'X-Kind': 'a', 'set-cookie': ['a=1', 'b=2'] }).end(`${request.method} ${request.headers['content-length']} ${request.headers['accept-encoding']}`))
  const { status, headers, bytes } = await client()(url, { method: 'POST', body: 'é' })
  expect([status, headers['x-kind'], headers['set-cookie'], bytes.toString()]).toEqual([207, 'a', 'a=1, b=2', 'POST 2 identity'])
})

it('says what there is to say of who does not speak HTTP, or speaks it in another way', async () => {
  const plain = await serve((_, response) => void response.end())
  await expect(client()(plain.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'MODULE_UNREACHABLE', message: expect.stringMatching(/SSL|TLS|packet|EPROTO/i) as unknown })
  await expect(client()(plain, { maxBytes: 0 })).resolves.toMatchObject({ status: 200 })
})

it('asks nothing once it was aborted, and says why', async () => {
  let asked = 0
  const url = await serve(() => void asked++)
  const enough = new Error('enough')
  await expect(client()(url, { signal: AbortSignal.abort(enough) })).rejects.toBe(enough)
  expect(asked).toBe(0)
})

it('speaks TLS with who is to speak it', async () => {
  let first: number | undefined
  const port = await portOf(createTcpServer((socket) => {
    socket.once('data', (data) => {
      first = data[0]
      socket.destroy()
    })
  }))
  await expect(client()(`https://127.0.0.1:${port}/x`)).rejects.toMatchObject({ code: 'MODULE_UNREACHABLE', details: { module: 'm' } })
  // A handshake record.
  expect(first).toBe(22)
})

it.each([
  ['a host that is not known', 'http://module.invalid/', /no such host is known|could not be looked up/],
  ['what is not HTTP', 'SSH-2.0\r\n\r\n', /what it sent is not HTTP/],
  ['too many headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, /the headers of its answer are too large/],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', /it wants to go on in another protocol/],
  ['what Node words itself', 'http://127.0.0.1:1/', /nobody listens there/],
])('says of %s what is wrong', async (_, given, message) => {
  const url = given.startsWith('http://') ? given : `http://127.0.0.1:${await portOf(createTcpServer((socket) => void socket.on('error', () => undefined).once('data', () => socket.end(given))))}/`
  await expect(client()(url)).rejects.toMatchObject({ code: 'MODULE_UNREACHABLE', message: expect.stringMatching(message) as string })
})

it('keeps no connection open that is to go on in another protocol', async () => {
  const closed = Promise.withResolvers<void>()
  const port = await portOf(createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'))
    socket.on('close', () => closed.resolve())
  }))
  await expect(client()(`http://127.0.0.1:${port}/`)).rejects.toThrow('another protocol')
  await closed.promise
})
