import type { JsonObject, RunView } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { askingSteps } from '../answers/asking-steps.ts'
import { nameOf } from '../auth/principal.ts'
import { RequestInvalid } from '../problem.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

type Outcome = 'requested' | 'done' | 'already_ended'
/** An outcome, with what else there is to tell of it. */
type Done = { outcome: Outcome } & JsonObject

export function runControlRoutes(app: FastifyInstance, service: Service): void {
  const { runner, intake } = service

  route(app, 'POST /runs/{run_id}/cancel').answers(async ({ params, body, raw }) => {
    const asked = { by: nameOf(raw, body.by), reason: body.reason }
    const outcome = await onRecord(service, 'run.cancel', params.run_id, asked, async () => {
      const done = await runner.cancel(params.run_id, asked)
      return done === 'cancelled' ? 'done' : done
    })
    return { status: 200, body: { run_id: params.run_id, outcome } }
  })

  for (const what of ['pause', 'unpause'] as const) {
    route(app, `POST /runs/{run_id}/${what}`).answers(async ({ params, body, raw }) => {
      const asked = { by: nameOf(raw, body.by), reason: body.reason }
      const outcome = await onRecord(service, `run.${what}`, params.run_id, asked, () => runner[what](params.run_id, asked))
      if (what === 'unpause' && outcome === 'done') await intake.resume(params.run_id)
      return { status: 200, body: { run_id: params.run_id, outcome } }
    })
  }

  route(app, 'POST /runs/{run_id}/approve').answers(async ({ params, body, raw }) => {
    const { approved, reason } = body
    const step = body.step ?? (await onlyAsking(service, params.run_id))
    const by = nameOf(raw, body.by)
    const outcome = await onRecord(service, 'run.approve', params.run_id, { by, reason, step, approved }, () =>
      runner.approve(params.run_id, step, { approved, by, reason }),
    )
    if (outcome === 'done') await intake.resume(params.run_id)
    return { status: 200, body: { run_id: params.run_id, outcome } }
  })

  route(app, 'POST /runs/{run_id}/resume').answers(async ({ params, body, raw }) => {
    const { reason, set, skip, from } = body
    const by = nameOf(raw, body.by)
    const repairs = { ...(set && { set }), ...(skip && { skip }), ...(from && { from }) }
    const repair = Object.keys(repairs).length === 0 ? {} : { repair: { by, reason, ...repairs } }
    await onRecord(service, 'run.resume', params.run_id, { by, reason, ...repairs }, async () => {
      await intake.resume(params.run_id, repair)
      return 'done'
    })
    return { status: 202, headers: { location: `/runs/${params.run_id}` }, body: { run_id: params.run_id, status: 'running' } }
  })

  route(app, 'POST /runs/{run_id}/rerun').answers(async ({ params, body, raw }) => {
    const asked = { by: nameOf(raw, body.by), reason: body.reason }
    const { rerunOf } = await import('@lorc/runner/records')
    let runId = ''
    await onRecord(service, 'run.rerun', params.run_id, asked, async () => {
      const { plan, options } = await rerunOf(runner.store, params.run_id)
      runId = (await intake.accept(plan, options)).runId
      return { outcome: 'done', rerun: runId }
    })
    return { status: 202, headers: { location: `/runs/${runId}` }, body: { run_id: runId, status: 'running' } }
  })
}

/** Has the audit log tell what was asked, by whom and why, and the run before and after. */
async function onRecord(
  { audit, runner }: Service,
  action: string,
  runId: string,
  { by, reason, ...more }: { by: string; reason: string } & JsonObject,
  work: () => Promise<Outcome | Done>,
): Promise<Outcome> {
  const before = await runner.view(runId)
  const asked = Object.keys(more).length === 0 ? {} : { asked: more }
  return audit.act({ who: by, via: 'http', action, target: runId, why: reason, before: { ...stateOf(before), ...asked } }, async () => {
    const did = await work()
    const done: Done = typeof did === 'string' ? { outcome: did } : did
    return { result: done.outcome, after: { ...done, ...stateOf(await runner.view(runId)) } }
  })
}

/** What of a run an operator can change, as it is at this moment: what its driver was asked for may come later. */
function stateOf({ status, endedAt, paused, steps }: RunView): JsonObject {
  return {
    status,
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    paused: paused !== null,
    waiting_for: askingSteps(steps).map(({ name }) => name),
  }
}

async function onlyAsking({ runner }: Service, runId: string): Promise<string> {
  const { steps } = await runner.view(runId)
  const asking = askingSteps(steps)
  const [first, second] = asking
  if (first && !second) return first.name
  const message = first ? `Several steps wait: ${asking.map(({ name }) => name).join(', ')}.` : 'No step waits for an approval.'
  throw new RequestInvalid([{ path: '/body/step', message, fix: first ? 'Name one of them.' : 'See `waiting_for` of the run.' }])
}
