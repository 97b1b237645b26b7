import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { serveFolder } from './kept-files.ts'

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
  serveFolder(app, root, { 'content-security-policy': DASHBOARD_POLICY })
}
