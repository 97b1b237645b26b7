import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { guard, HEADERS } from './auth/guard.ts'
import { refuseNoHttp } from './no-http.ts'
import { ServerError } from './errors.ts'
import { isOfStop, serviceStopping } from './intake/stop.ts'
import { isCoded, problemOf, PROBLEM_MEDIA_TYPE } from './problem.ts'
import { takeJson } from './json-body.ts'
import { dashboardRoutes } from './routes/dashboard.ts'
import { docsRoutes } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { insightRoutes } from './routes/insight.ts'
import { jobRoutes } from './routes/jobs.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { recipeRoutes } from './routes/recipes.ts'
import { methodsOf } from './routes/route-methods.ts'
import { runControlRoutes } from './routes/run-control.ts'
import { runDetailRoutes } from './routes/run-details.ts'
import { runRoutes } from './routes/runs.ts'
import { scenarioRoutes } from './routes/scenarios.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import type { Service } from './service.ts'

/** Families of routes. A new one is a line here and its part of the contract. */
const FAMILIES: readonly ((app: FastifyInstance, service: Service) => void)[] = [
  healthRoutes,
  runRoutes,
  insightRoutes,
  runDetailRoutes,
  runControlRoutes,
  recipeRoutes,
  jobRoutes,
  metricsRoutes,
  docsRoutes,
  scenarioRoutes,
  scheduleRoutes,
  dashboardRoutes,
]

/** What the service refuses as it should, or has on record with the run: its log is for what it failed at. */
const EXPECTED: ReadonlySet<string> = new Set(['SERVER_STOPPING', 'SERVER_OVERLOADED', 'SCENARIO_FAILED'])

/**
 * No route has a schema of Fastify's: requests are checked by the contract, and answers are typed by it and held to it by tests.
 * So what compiles schemas, a megabyte of code, is not loaded.
 */
const NO_COMPILERS = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } } as NonNullable<FastifyServerOptions['schemaController']>

function noSchemas(): never {
  throw new Error('A route has a schema of its own: it belongs into the contract.')
}

/** Whether the connection broke before all of the body was there. */
function isCutOff({ raw }: FastifyRequest, error: unknown): boolean {
  return !raw.complete && error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
}

function bodyCutOff(cause: unknown): ServerError {
  return new ServerError('REQUEST_JSON', 'The connection ended before the body did.', { cause })
}

/** With what caused it, as far as that is said. */
function stackOf(error: Error): string {
  const { stack = error.message, cause } = error
  return cause instanceof Error ? `${stack}\ncaused by ${stackOf(cause)}` : stack
}

/** Puts the HTTP interface together; nothing is listened on yet. */
export async function createApp(service: Service): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: service.config.server.limits.bodyBytes,
    // Whoever sends a request a byte at a time is not waited for longer.
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 500 },
    // A connection that is kept alive does not keep the service from stopping.
    forceCloseConnections: 'idle',
    // Who asks while it stops is told so by the intake, in the form of every other refusal.
    return503OnClosing: false,
    // What no route can be found for, as the path is not well-formed: it comes past no hook.
    frameworkErrors: (error, _request, reply: unknown) => {
      const problem = problemOf(error)
      void (reply as FastifyReply).headers(HEADERS).status(problem.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem))
    },
    clientErrorHandler: refuseNoHttp,
    // Who names no host is refused as whoever names a wrong one.
    http: { requireHostHeader: false },
    schemaController: NO_COMPILERS,
  })
  app.setErrorHandler((thrown, request, reply) => {
    const error = isOfStop(thrown) ? serviceStopping() : isCutOff(request, thrown) ? bodyCutOff(thrown) : thrown
    const { run_id: runId } = (request.params ?? {}) as { run_id?: unknown }
    const problem = problemOf(error, typeof runId === 'string' ? runId : undefined)
    if (!isCoded(error) || (problem.status >= 500 && !EXPECTED.has(problem.code))) {
      const cause = error instanceof Error ? error : new Error(String(error))
      service.log('error', 'a request failed', { request: request.id, method: request.method, path: request.url, code: problem.code, error: stackOf(cause) })
    }
    const after = error instanceof ServerError ? error.retryAfterSec : undefined
    if (after !== undefined) reply.header('retry-after', after)
    return reply.status(problem.status).type(PROBLEM_MEDIA_TYPE).send(problem)
  })
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(request.url)
    if (methods.length > 0) {
      reply.header('allow', methods.join(', '))
      throw new ServerError('REQUEST_METHOD', `${request.url} does not take ${request.method}.`, { fix: `It takes ${methods.join(', ')}.` })
    }
    throw new ServerError('REQUEST_ROUTE', `There is no ${request.method} ${request.url}.`, { fix: '`GET /openapi.json` has every route.' })
  })
  takeJson(app)
  const { hosts, host, limits } = service.config.server
  const { authentication } = service
  await guard(app, {
    authentication,
    hosts: hosts ?? (authentication.isRequired ? undefined : [host.toLowerCase()]),
    requestsPerMinute: limits.requestsPerMinute,
    refusalsPerMinute: limits.refusalsPerMinute,
    clock: service.clock,
  })
  service.metrics.watch(app)
  for (const register of FAMILIES) register(app, service)
  await app.ready()
  return app
}
