// Whether the service of this container takes requests: what its image checks itself with, as it has no curl.
import { get } from 'node:http'

const fail = (why) => {
  console.error(why)
  process.exitCode = 1
}
const request = get({ host: '127.0.0.1', port: Number(process.argv[2] ?? 8000), path: '/ready', timeout: 4000 }, (answer) => {
  answer.resume()
  if (answer.statusCode !== 200) fail(`GET /ready answers ${answer.statusCode}`)
})
request.on('timeout', () => request.destroy(new Error('GET /ready does not answer')))
request.on('error', ({ message }) => fail(message))
