// A server that acknowledges each batch of events once it is read, after as many milliseconds as the path says.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  const latencyMs = Number(request.url?.slice(1) ?? 0)
  const acknowledge = (): void => void response.writeHead(204).end()
  request.resume()
  request.on('end', () => (latencyMs > 0 ? setTimeout(acknowledge, latencyMs) : acknowledge()))
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
