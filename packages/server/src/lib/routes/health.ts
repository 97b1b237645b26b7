import type { FastifyInstance } from 'fastify'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function healthRoutes(app: FastifyInstance, service: Service): void {
  route(app, 'GET /health').answers(() => ({ status: 200, body: { status: 'ok', version: service.version } }))

  route(app, 'GET /ready').answers(async () => {
    service.intake.assertOpen()
    await service.runner.store.list({ limit: 1 })
    return { status: 200, body: { status: 'ready' } }
  })
}
