import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { takesEncoding } from '../accepted-encoding.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const unpack = promisify(brotliDecompress)

/**
 * Serves a folder as it is now, from memory: where its files are replaced while the service runs, a page still gets the scripts
 * that it was built with. They need no key, as they hold no data. `<name>.br` has the same as `<name>`, as Brotli: it alone is
 * kept. Each has a route of its own: no request names a file.
 */
export function serveFolder(app: FastifyInstance, root: string, headers: Readonly<Record<string, string>>): void {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(root, join(file.parentPath, file.name)).split(sep).join('/'))
  const all = new Set(paths)
  for (const name of paths.filter((path) => !path.endsWith('.br'))) {
    const isPacked = all.has(`${name}.br`)
    const bytes = readFileSync(join(root, isPacked ? `${name}.br` : name))
    // Weak: it is the same for both encodings.
    const etag = `W/"${hash('sha256', bytes, 'base64url')}"`
    // Files in `assets/` have the hash of what is in them in their names.
    const cache = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    app.get(name === 'index.html' ? '/' : `/${name}`, { config: { scope: 'public' } }, async (request, reply) => {
      const { 'accept-encoding': encodings, 'if-none-match': known = '' } = request.headers
      reply.headers({ ...headers, etag, 'cache-control': cache, ...(isPacked && { vary: 'accept-encoding' }) })
      if (known.split(/\s*,\s*/).includes(etag)) return reply.status(304).send()
      reply.type(TYPES[extname(name)] ?? 'application/octet-stream')
      if (!isPacked) return reply.send(bytes)
      return takesEncoding('br', encodings) ? reply.header('content-encoding', 'br').send(bytes) : reply.send(await unpack(bytes))
    })
  }
}
