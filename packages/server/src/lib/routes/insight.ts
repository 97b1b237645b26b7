import type { JournalEvent } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { turnOf } from '../answers/run-answer.ts'
import { ServerError } from '../errors.ts'
import { graphAnswer } from '../insight/graph-answer.ts'
import { insightAnswer, type Insight } from '../insight/insight-answer.ts'
import { LensKeeper } from '../insight/lens-keeper.ts'
import { overviewAnswer } from '../insight/overview-answer.ts'
import { stepAnswer } from '../insight/step-answer.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

/** What screens ask of a run beyond its state: computed from its journal, of which each look reads what is new. */
export function insightRoutes(app: FastifyInstance, { runner, clock, intake }: Pick<Service, 'runner' | 'clock' | 'intake'>): void {
  const keeper = new LensKeeper(runner.store, clock)
  app.addHook('onClose', async () => keeper.close())

  const read = (runId: string) => async (first: number, last: number): Promise<JournalEvent[]> => {
    const events: JournalEvent[] = []
    for await (const event of runner.events(runId, { fromSeq: first })) {
      if (event.seq > last) break
      events.push(event)
    }
    return events
  }

  route(app, 'GET /runs/{run_id}/insight').answers(async ({ params, query }) => {
    // Asked before: a run that ends in between is driven until then.
    const isDriven = await runner.isDriven(params.run_id)
    const { lens, summary } = await keeper.look(params.run_id)
    const { status } = lens.fold
    const abandoned = status === 'running' && !isDriven
    const turn = turnOf({ status, events: lens.seq, abandoned }, intake.has(params.run_id))
    const answer = (): Insight => insightAnswer(lens, summary, { turn, ...query })
    return { status: 200, body: query.since === 0 ? lens.once(`insight ${JSON.stringify(turn)} ${query.steps}`, answer) : answer() }
  })

  route(app, 'GET /runs/{run_id}/graph').answers(async ({ params }) => {
    const { lens, summary } = await keeper.look(params.run_id)
    return { status: 200, body: lens.once('graph', () => graphAnswer(lens.plan, lens.structure, summary.planHash)) }
  })

  route(app, 'GET /runs/{run_id}/overview').answers(async ({ params, query: { most } }) => {
    const { lens } = await keeper.look(params.run_id)
    return { status: 200, body: lens.once(`overview ${most}`, () => overviewAnswer(lens, most)) }
  })

  route(app, 'GET /runs/{run_id}/steps/{step}').answers(async ({ params: { run_id: runId, step } }) => {
    const { lens } = await keeper.look(runId)
    const answer = await stepAnswer(lens, read(runId), step)
    if (answer === undefined) throw new ServerError('RUN_STEP_ABSENT', `The run ${runId} has no step ${JSON.stringify(step)}.`, { fix: `\`GET /runs/${runId}\` lists its steps.` })
    return { status: 200, body: answer }
  })

  route(app, 'GET /runs/{run_id}/writes').answers(async ({ params }) => {
    const { lens } = await keeper.look(params.run_id)
    const { createdAt } = lens.fold
    const items = lens.writes.map(({ seq, at, key, who, step, attempt }): [number, number, string, string, string | null, number | null] => [seq, at - createdAt, key, who, step, attempt])
    return { status: 200, body: { items, seq: lens.seq } }
  })

  route(app, 'GET /runs/{run_id}/writes/{seq}').answers(async ({ params: { run_id: runId, seq }, query: { key } }) => {
    await keeper.look(runId)
    const [event] = await read(runId)(seq, seq)
    const written = event && 'writes' in event && Object.hasOwn(event.writes, key) ? event.writes[key] : undefined
    if (written === undefined) throw new ServerError('RUN_WRITE_ABSENT', `The event ${seq} of ${runId} did not write ${JSON.stringify(key)}.`, { fix: `\`GET /runs/${runId}/writes\` lists what was written.` })
    return { status: 200, body: { key, value: written.value } }
  })
}
