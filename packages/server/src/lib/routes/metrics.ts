import type { FastifyInstance } from 'fastify'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function metricsRoutes(app: FastifyInstance, { metrics }: Service): void {
  route(app, 'GET /metrics').streams(async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}
