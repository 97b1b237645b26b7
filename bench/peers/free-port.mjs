import { createServer } from 'node:net'

/** A TCP port of 127.0.0.1 that nothing listens on. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve, reject) => server.listen(0, '127.0.0.1', resolve).on('error', reject))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
