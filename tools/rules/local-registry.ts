// Serves tarballs as an npm registry does, until it is ended: `local-registry.ts TARBALL...`. Prints its URL as a line.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'

interface Published {
  manifest: { name: string; version: string }
  bytes: Buffer
}

const published = new Map<string, Published>()
for (const path of process.argv.slice(2)) {
  const manifest = JSON.parse(execFileSync('tar', ['-xOzf', path, 'package/package.json'], { encoding: 'utf8' })) as Published['manifest']
  published.set(basename(path), { manifest, bytes: readFileSync(path) })
}

const packument = (name: string, base: string): object | undefined => {
  const found = [...published].find(([, { manifest }]) => manifest.name === name)
  if (!found) return undefined
  const [file, { manifest, bytes }] = found
  const dist = { tarball: `${base}/-/${file}`, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` }
  return { name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: { ...manifest, dist } } }
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url ?? '/')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = published.get(path.replace(/^\/-\//, ''))
  const answer = file ? file.bytes : JSON.stringify(packument(path.slice(1), base))
  if (answer === undefined) response.writeHead(404).end('{}')
  else response.setHeader('content-type', file ? 'application/octet-stream' : 'application/json').end(answer)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
