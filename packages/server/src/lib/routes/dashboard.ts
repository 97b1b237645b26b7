import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { serveFile } from './own-files.ts'

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
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(root, join(file.parentPath, file.name)).split(sep).join('/'))
  const all = new Set(paths)
  for (const name of paths.filter((path) => !path.endsWith('.br'))) {
    // Files in `assets/` have the hash of what is in them in their names.
    const cache = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    const headers = { 'cache-control': cache, 'content-security-policy': DASHBOARD_POLICY }
    serveFile(app, name === 'index.html' ? '/' : `/${name}`, { root, name, isPacked: all.has(`${name}.br`), headers })
  }
}
