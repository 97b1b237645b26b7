import type { JsonObject, RecordedError } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { scenarioAnswer } from '../answers/scenario-answer.ts'
import { ServerError } from '../errors.ts'
import { inTime } from '../intake/in-time.ts'
import { idempotencyOf, preferenceOf } from '../intake/request-options.ts'
import { beforeStop } from '../intake/stop.ts'
import { scenarioParams } from '../modules/scenario-plan.ts'
import { ScenarioPlans } from '../modules/scenario-plans.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function scenarioRoutes(app: FastifyInstance, { intake, modules, runner, folders, clock }: Service): void {
  const plans = new ScenarioPlans(modules)

  route(app, 'POST /plan_and_execute').answers(async ({ body, headers, raw }) => {
    const { seed, save_artifacts: saveArtifacts, parallel, health_check: healthCheck } = body.run_options
    const named = body.modules.map((one) => (typeof one === 'string' ? { module: one } : one))
    const scenario = { ...body, modules: named, saveArtifacts, parallel, healthCheck }
    const plan = plans.of(scenario)
    const { isAsync, waitMs, applied } = preferenceOf(headers.prefer)
    const run = await intake.accept(plan, {
      params: scenarioParams(scenario),
      request: body as unknown as JsonObject,
      ...idempotencyOf(raw, headers['idempotency-key']),
      ...(seed !== undefined && { seed }),
    }, { isAwaited: !isAsync && waitMs !== 0 })
    const { runId, isNew } = run
    const result = isAsync ? undefined : await beforeStop(waitMs === undefined ? run.result : inTime(run.result, waitMs, clock))
    const place = { location: `/runs/${runId}`, ...applied }
    if (!result) {
      // What was asked for before may have ended by now; what the service has to leave goes on with its next start.
      const status = isNew ? 'running' : ((await runner.store.get(runId))?.status ?? 'running')
      return { status: 202, headers: place, body: { run_id: runId, status } }
    }
    await folders.written(runId)
    if (result.status === 'failed') throw failed(runId, result.failedStep, result.error)
    return { status: 200, headers: place, body: scenarioAnswer(runId, result.status, plan, result.context) }
  })

  route(app, 'GET /modules').answers(async () => {
    const items = modules.all().map(async (module) => {
      const [problem, metadata] = await Promise.all([module.checkHealth().then(() => null, (error: unknown) => (error as Error).message), module.metadata()])
      return { name: module.name, healthy: problem === null, problem, breaker: module.breaker.state(module.now()), metadata }
    })
    return { status: 200, body: { items: await Promise.all(items), next_cursor: null } }
  })
}

/** A scenario whose run failed: the run is there, and shows all. */
function failed(runId: string, step: string | null, error: RecordedError | null): ServerError {
  const { code = 'RUN_FAILED', message = 'The run failed.', fix, details = {} } = error ?? {}
  const facts: JsonObject = { ...details, run_id: runId, step, code }
  return new ServerError('SCENARIO_FAILED', message, { fix: fix ?? `GET /runs/${runId} shows all.`, details: facts })
}
