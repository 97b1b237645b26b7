import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** From `dist/`, and from the source of this file. */
const PLACES = ['./dashboard/', '../../../dist/dashboard/'] as const

/**
 * What the page may load and do: files of this service alone, no script and no style within the markup. Pictures of
 * artifacts are read by the page, with its key, and shown from memory.
 */
const DASHBOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** The dashboard under `/`; nothing where it is not built. Its files need no key: they hold no data. */
export function dashboardRoutes(app: FastifyInstance): void {
  const root = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(`${path}index.html`))
  if (root === undefined) return
  void app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      // Files in `assets/` have the hash of what is in them in their names.
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
      reply.header('content-security-policy', DASHBOARD_POLICY)
      reply.header('x-content-type-options', 'nosniff')
      reply.header('referrer-policy', 'no-referrer')
      reply.header('cross-origin-opener-policy', 'same-origin')
    },
  })
  const serve = (url: string, file: string): void => {
    app.get(url, { config: { scope: 'public' } }, (_, reply) => reply.sendFile(file))
  }
  serve('/', 'index.html')
  for (const file of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(file.parentPath, file.name)).split(sep).join('/')
    if (file.isFile() && !path.endsWith('.br') && path !== 'index.html') serve(`/${path}`, path)
  }
}
