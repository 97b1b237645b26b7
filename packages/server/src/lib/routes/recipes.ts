import type { FastifyInstance } from 'fastify'
import { idempotencyOf, isAwaited } from '../intake/request-options.ts'
import { startedAnswer } from '../intake/started-answer.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function recipeRoutes(app: FastifyInstance, service: Service): void {
  const { recipes, intake } = service

  route(app, 'GET /recipes').answers(async () => ({ status: 200, body: { items: await recipes.list(), next_cursor: null } }))

  route(app, 'POST /recipes/{name}/runs').answers(async ({ params: { name }, body = {}, headers, raw }) => {
    const { plan, recipe } = await recipes.open(name)
    const { params, only, skip, fail_fast: failFast, concurrency, time } = body
    const run = await intake.accept(plan, {
      recipe,
      ...idempotencyOf(raw, headers['idempotency-key']),
      ...(params && { params }),
      ...(only && { only }),
      ...(skip && { skip }),
      ...(failFast !== undefined && { failFast }),
      ...(concurrency !== undefined && { concurrency }),
      ...(time !== undefined && { time }),
    }, { isAwaited: isAwaited(headers.prefer) })
    return startedAnswer(service, run, headers.prefer)
  })
}
