import type { JsonObject, RecordedError } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { scenarioAnswer } from '../answers/scenario-answer.ts'
import { ServerError } from '../errors.ts'
import type { Module } from '../modules/module.ts'
import { scenarioPlan } from '../modules/scenario-plan.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function scenarioRoutes(app: FastifyInstance, { intake, modules, runner, log }: Service): void {
  route(app, 'POST /plan_and_execute').answers(async ({ body, headers }) => {
    const { seed, save_artifacts: saveArtifacts, parallel, health_check: healthCheck } = body.run_options
    const named = body.modules.map((one) => (typeof one === 'string' ? { module: one } : one))
    const { plan, params, modules: used } = scenarioPlan({ ...body, modules: named, saveArtifacts, parallel, healthCheck }, modules)
    const versions = { modules: await versionsOf(used) }
    const { runId, result } = await intake.accept(plan, { params, versions, request: body as unknown as JsonObject, ...(seed !== undefined && { seed }) })
    const ended = result.then(async (run) => {
      await runner.writeRunFolder(runId)
      return run
    })
    if (/\brespond-async\b/i.test(headers.prefer ?? '')) {
      ended.catch((error: unknown) => log('error', 'a run cannot be driven further', { run: runId, error: String(error) }))
      return { status: 202, headers: { location: `/runs/${runId}`, 'preference-applied': 'respond-async' }, body: { run_id: runId, status: 'running' } }
    }
    const run = await ended
    if (run.status === 'failed') throw failed(runId, run.failedStep, run.error)
    return { status: 200, body: scenarioAnswer(runId, run.status, plan, run.context) }
  })

  route(app, 'GET /modules').answers(async () => {
    const items = modules.all().map(async (module) => {
      const [problem, metadata] = await Promise.all([module.checkHealth().then(() => null, (error: unknown) => (error as Error).message), module.metadata()])
      return { name: module.name, healthy: problem === null, problem, breaker: module.breaker.state(module.now()), metadata }
    })
    return { status: 200, body: { items: await Promise.all(items), next_cursor: null } }
  })
}

/** The versions that modules say they have, by their names. */
async function versionsOf(modules: readonly Module[]): Promise<JsonObject> {
  const said = modules.map(async (module) => [module.name, (await module.metadata())?.['version']] as const)
  return Object.fromEntries((await Promise.all(said)).flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])))
}

/** A scenario whose run failed: the run is there, and shows all. */
function failed(runId: string, step: string | null, error: RecordedError | null): ServerError {
  const { code = 'RUN_FAILED', message = 'The run failed.', fix, details = {} } = error ?? {}
  const facts: JsonObject = { ...details, run_id: runId, step, code }
  return new ServerError('SCENARIO_FAILED', message, { fix: fix ?? `GET /runs/${runId} shows all.`, details: facts })
}
