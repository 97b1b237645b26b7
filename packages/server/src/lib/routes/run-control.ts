import type { Runner } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { askingSteps } from '../answers/asking-steps.ts'
import { nameOf } from '../auth/principal.ts'
import type { AcceptedRun } from '../intake/accepted-run.ts'
import { RequestInvalid } from '../problem.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function runControlRoutes(app: FastifyInstance, service: Service): void {
  const { runner, intake, steering } = service

  route(app, 'POST /runs/{run_id}/cancel').answers(async ({ params: { run_id: runId }, body, raw }) => {
    const asked = { by: nameOf(raw, body.by), reason: body.reason }
    const outcome = await steering.record({ action: 'run.cancel', runId, ...asked }, async () => cancelled(await intake.cancel(runId, asked)), asOutcome)
    return { status: 200, body: { run_id: runId, outcome } }
  })

  for (const what of ['pause', 'unpause'] as const) {
    route(app, `POST /runs/{run_id}/${what}`).answers(async ({ params: { run_id: runId }, body, raw }) => {
      const asked = { by: nameOf(raw, body.by), reason: body.reason }
      const outcome = await steering.record({ action: `run.${what}`, runId, ...asked }, () => runner[what](runId, asked), asOutcome)
      if (what === 'unpause' && outcome === 'done') await intake.adopt(runId)
      return { status: 200, body: { run_id: runId, outcome } }
    })
  }

  route(app, 'POST /runs/{run_id}/approve').answers(async ({ params: { run_id: runId }, body, raw }) => {
    const { approved, reason } = body
    const step = body.step ?? (await onlyAsking(service, runId))
    const by = nameOf(raw, body.by)
    const asked = { action: 'run.approve', runId, by, reason, asked: { step, approved } } as const
    const outcome = await steering.record(asked, () => runner.approve(runId, step, { approved, by, reason }), asOutcome)
    // It may be paused, or somebody else was quicker: the decision is on record all the same.
    if (outcome === 'done') await intake.adopt(runId)
    return { status: 200, body: { run_id: runId, outcome } }
  })

  route(app, 'POST /runs/{run_id}/resume').answers(async ({ params: { run_id: runId }, body, raw }) => {
    const { reason, set, skip, from } = body
    const by = nameOf(raw, body.by)
    const repairs = { ...(set && { set }), ...(skip && { skip }), ...(from && { from }) }
    const isRepaired = Object.keys(repairs).length > 0
    const asked = { action: 'run.resume', runId, by, reason, ...(isRepaired && { asked: repairs }) } as const
    const hasCompleted = !isRepaired && (await runner.store.get(runId))?.status === 'completed'
    await steering.record(asked, () => intake.resume(runId, isRepaired ? { repair: { by, reason, ...repairs } } : {}), () => asOutcome('done'))
    return { status: 202, headers: { location: `/runs/${runId}` }, body: { run_id: runId, status: hasCompleted ? 'completed' : 'running' } }
  })

  route(app, 'POST /runs/{run_id}/rerun').answers(async ({ params: { run_id: runId }, body, raw }) => {
    const { rerunOf } = await import('@lorc/runner/records')
    const start = async (): Promise<AcceptedRun> => {
      const { plan, options } = await rerunOf(runner.store, runId)
      return intake.accept(plan, options)
    }
    const asked = { action: 'run.rerun', runId, by: nameOf(raw, body.by), reason: body.reason } as const
    const again = await steering.record(asked, start, ({ runId: rerun }) => ({ ...asOutcome('done'), rerun }))
    return { status: 202, headers: { location: `/runs/${again.runId}` }, body: { run_id: again.runId, status: 'running' } }
  })
}

const asOutcome = (outcome: string): { outcome: string } => ({ outcome })

function cancelled(outcome: Awaited<ReturnType<Runner['cancel']>>): 'requested' | 'done' | 'already_ended' {
  return outcome === 'cancelled' ? 'done' : outcome
}

async function onlyAsking({ runner }: Service, runId: string): Promise<string> {
  const { steps } = await runner.view(runId)
  const asking = askingSteps(steps)
  const [first, second] = asking
  if (first && !second) return first.name
  const message = first ? `Several steps wait: ${asking.map(({ name }) => name).join(', ')}.` : 'No step waits for an approval.'
  throw new RequestInvalid([{ path: '/body/step', message, fix: first ? 'Name one of them.' : 'See `waiting_for` of the run.' }])
}
