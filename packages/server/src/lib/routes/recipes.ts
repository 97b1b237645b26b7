import type { FastifyInstance } from 'fastify'
import { runAnswer } from '../answers/run-answer.ts'
import { inTime } from '../intake/in-time.ts'
import { idempotencyOf, preferenceOf } from '../intake/request-options.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function recipeRoutes(app: FastifyInstance, { recipes, intake, runner, clock }: Service): void {
  route(app, 'GET /recipes').answers(async () => ({ status: 200, body: { items: await recipes.list(), next_cursor: null } }))

  route(app, 'POST /recipes/{name}/runs').answers(async ({ params: { name }, body = {}, headers, raw }) => {
    const { plan, recipe } = await recipes.open(name)
    const { params, only, skip, fail_fast: failFast, concurrency } = body
    const run = await intake.accept(plan, {
      recipe,
      ...idempotencyOf(raw, headers['idempotency-key']),
      ...(params && { params }),
      ...(only && { only }),
      ...(skip && { skip }),
      ...(failFast !== undefined && { failFast }),
      ...(concurrency !== undefined && { concurrency }),
    })
    const { runId, isNew } = run
    const { isAsync, waitMs } = preferenceOf(headers.prefer)
    const ended = waitMs === undefined || isAsync ? undefined : await inTime(run.result, waitMs, clock)
    const place = { location: `/runs/${runId}`, ...(waitMs !== undefined && { 'preference-applied': `wait=${waitMs / 1000}` }) }
    if (ended) return { status: 200, headers: place, body: runAnswer(await runner.view(runId), { steps: true }) }
    // What was asked for before may have ended by now.
    const status = isNew ? 'running' : ((await runner.store.get(runId))?.status ?? 'running')
    return { status: 202, headers: place, body: { run_id: runId, status } }
  })
}
