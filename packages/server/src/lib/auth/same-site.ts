import type { FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i

/** Whether an address, or the name in a Host header, is this machine for itself. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}

/** The name in a Host header, without the port. */
function hostName(header: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase()
}

/**
 * Refuses names that the service does not go by: a page of another site, whose name somebody has made lead here (DNS
 * rebinding), asks under that name. `names` undefined: any name will do, as every request needs a key that such a page does
 * not have. Throws HOST_REFUSED.
 */
export function assertHost({ headers }: FastifyRequest, names: readonly string[] | undefined): void {
  const name = hostName(headers.host)
  if (name !== undefined && (names === undefined || isLoopback(name) || names.includes(name))) return
  throw new ServerError('HOST_REFUSED', `The service does not go by the name ${JSON.stringify(headers.host ?? '')}.`, {
    fix: 'Add the name to `server.hosts` of the configuration.',
  })
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses what a page of another site has a browser send that is to change something (CSRF). Throws ORIGIN_REFUSED. */
export function assertOrigin({ method, headers }: FastifyRequest): void {
  if (SAFE.has(method)) return
  const { origin, host, 'sec-fetch-site': site } = headers
  const isForeign = site === undefined ? origin !== undefined && originHost(origin) !== host : site !== 'same-origin' && site !== 'none'
  if (!isForeign) return
  throw new ServerError('ORIGIN_REFUSED', `The request comes from a page of another site: ${JSON.stringify(origin ?? site)}.`, {
    fix: 'Send it from a page of the service itself, or from a program.',
  })
}

/** Undefined for what is not an origin, and for `null`. */
function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
