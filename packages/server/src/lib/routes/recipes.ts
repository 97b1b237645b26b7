import type { FastifyInstance } from 'fastify'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function recipeRoutes(app: FastifyInstance, { recipes, intake }: Service): void {
  route(app, 'GET /recipes').answers(async () => ({ status: 200, body: { items: await recipes.list(), next_cursor: null } }))

  route(app, 'POST /recipes/{name}/runs').answers(async ({ params: { name }, body = {} }) => {
    const { plan, recipe } = await recipes.open(name)
    const { params, only, skip, fail_fast: failFast, concurrency } = body
    const { runId } = await intake.accept(plan, {
      recipe,
      ...(params && { params }),
      ...(only && { only }),
      ...(skip && { skip }),
      ...(failFast !== undefined && { failFast }),
      ...(concurrency !== undefined && { concurrency }),
    })
    return { status: 202, headers: { location: `/runs/${runId}` }, body: { run_id: runId, status: 'running' } }
  })
}
