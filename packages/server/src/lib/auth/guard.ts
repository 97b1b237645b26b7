import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Clock } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import { assertScope, type Authentication } from './authentication.ts'
import { MinuteCounts } from './minute-counts.ts'
import { LOCAL } from './principal.ts'
import { assertHost, assertOrigin } from './same-site.ts'

export interface GuardOptions {
  readonly authentication: Authentication
  /** Names that the service goes by besides those of this machine; undefined: any. */
  readonly hosts: readonly string[] | undefined
  /** Requests a minute of each key, or of each address where none is asked for; null: any number; undefined: without keys any number. */
  readonly requestsPerMinute: number | null | undefined
  /** Wrong keys a minute of each address. */
  readonly refusalsPerMinute: number
  readonly clock: Pick<Clock, 'monotonic'>
}

const MINUTE_MS = 60_000
/** Of each key, where the configuration does not say. */
const REQUESTS_PER_MINUTE = 6000

/** Headers of every answer. Pages set a policy of their own. */
export const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
} as const

/**
 * Stands before every route: by which name the service is asked, from where, who asks, how often, and whether their key
 * allows it. A route that does not say what it needs is refused.
 */
export async function guard(app: FastifyInstance, options: GuardOptions): Promise<void> {
  const { authentication, hosts } = options
  app.decorateRequest('principal')
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    const silent = routes.find(({ config }) => config?.scope === undefined)
    if (silent) throw new Error(`The route ${String(silent.method)} ${silent.url} does not say which scope it needs.`)
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(HEADERS)
    request.principal = LOCAL
    assertHost(request, hosts)
    assertOrigin(request)
    done()
  })
  const limits = await rateLimits(app, options)
  app.addHook('onRequest', (request, reply, done) => {
    // Everybody may do everything, any number of times: there is nothing to count or to wait for.
    if (!authentication.isRequired && typeof options.requestsPerMinute !== 'number') return done()
    admit(request, reply, authentication, limits).then(() => done(), done)
  })
}

async function admit(request: FastifyRequest, reply: FastifyReply, authentication: Authentication, limits: Limits): Promise<void> {
  const { scope = 'operate' } = request.routeOptions.config
  if (request.is404 || scope === 'public') return
  try {
    request.principal = await authentication.principalOf(request)
  } catch (error) {
    const { code } = error as { code?: unknown }
    // Who sends no key guesses none; where keys cannot be checked, none was wrong.
    if (code === 'AUTH_INVALID') await limits.refused(request)
    if (code === 'AUTH_INVALID' || code === 'AUTH_REQUIRED') reply.header('www-authenticate', 'Bearer realm="lorc"')
    throw error
  }
  await limits.asked?.(request)
  assertScope(request.principal, scope)
}

interface Limits {
  /** Counts a wrong key. Throws RATE_LIMITED. */
  refused(request: FastifyRequest): Promise<void>
  /** Counts a request. Throws RATE_LIMITED. */
  asked?: (request: FastifyRequest) => Promise<void>
}

async function rateLimits(app: FastifyInstance, { requestsPerMinute = REQUESTS_PER_MINUTE, refusalsPerMinute, clock }: GuardOptions): Promise<Limits> {
  const { default: rateLimit } = await import('@fastify/rate-limit')
  class Counts extends MinuteCounts {
    constructor() {
      super(clock)
    }
  }
  await app.register(rateLimit, { global: false, store: Counts })
  const limit = (what: string, max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const count = app.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator })
    return async (request: FastifyRequest): Promise<void> => {
      const state = await count(request)
      if (state.isAllowed || !state.isExceeded) return
      throw new ServerError('RATE_LIMITED', `More than ${max} ${what} a minute.`, { retryAfterSec: Math.max(1, state.ttlInSeconds) })
    }
  }
  const refused = limit('wrong keys', refusalsPerMinute, ({ ip }) => ip)
  if (requestsPerMinute === null) return { refused }
  return { refused, asked: limit('requests', requestsPerMinute, ({ principal, ip }) => (principal.kind === 'local' ? ip : `${principal.kind} ${principal.id}`)) }
}
