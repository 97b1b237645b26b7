import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { isTransient } from '@lorc/event-client'
import { readFeed } from './feed.ts'

const { signal } = new AbortController()

test('a week of real earthquakes is there', async () => {
  const features = await readFeed('week', signal)
  assert.equal(features.length, 1707)
  assert.equal(features.filter(({ properties: { type } }) => type === 'earthquake').length, 1679)
})

test('what a later attempt may mend is a TransientError; anything else is not', async () => {
  const server = createServer((request, response) => {
    response.statusCode = Number(request.url?.slice(1))
    response.end('{"features":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  const base = `http://127.0.0.1:${address.port}`
  const failure = (status: string): Promise<unknown> => readFeed(`${base}/${status}`, signal).then(() => undefined, (error: unknown) => error)
  try {
    assert.equal(await failure('200'), undefined)
    assert.deepEqual([isTransient(await failure('503')), isTransient(await failure('429')), isTransient(await failure('404'))], [true, true, false])
  } finally {
    server.close()
    server.closeAllConnections()
  }
  assert(isTransient(await failure('200')))
})
