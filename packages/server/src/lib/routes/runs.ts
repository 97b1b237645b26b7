import type { RunFilter } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { listedRun, waitsWithin } from '../answers/listed-run.ts'
import { runAnswer } from '../answers/run-answer.ts'
import { beginStream } from '../live/answer-stream.ts'
import { RequestInvalid } from '../problem.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function runRoutes(app: FastifyInstance, { runner, recipes, readers, changes, intake }: Service): void {
  const { store } = runner

  route(app, 'GET /runs').answers(async ({ query }) => {
    const { status, recipe, name, package: packageName, from, until, text, children, limit, cursor } = query
    const filter: RunFilter = {
      topLevel: children !== true,
      ...(status && { status }),
      ...(recipe !== undefined && { recipe: (await recipes.pathOf(recipe)) ?? recipe }),
      ...(name !== undefined && { name }),
      // What runs of jobs are called begins with the package's name.
      ...(packageName !== undefined && { namePrefix: `${packageName.replace(/^@[^/]*\//, '')}/` }),
      ...(from !== undefined && { createdFrom: from }),
      ...(until !== undefined && { createdUntil: until }),
      ...(text !== undefined && { text }),
      ...(cursor !== undefined && { before: await known(cursor) }),
      limit: limit + 1,
    }
    const found = await store.list(filter)
    const page = found.slice(0, limit)
    const next = found.length > limit ? (page.at(-1)?.runId ?? null) : null
    const items = await Promise.all(page.map((run) => listedRun(runner, run, intake.has(run.runId))))
    changes.show(items)
    return { status: 200, body: { items, next_cursor: next } }
  })

  route(app, 'GET /runs/changes').streams(({ query }, reply) => {
    readers.assertRoom()
    void readers.sendChanges(changes, beginStream(reply, 'text/event-stream'), { follow: query.follow ?? true })
    return reply
  })

  route(app, 'GET /runs/{run_id}').answers(async ({ params, query }) => {
    const view = await runner.view(params.run_id)
    const around = { isOurs: intake.has(params.run_id), waitsWithin: view.status === 'running' && (await waitsWithin(runner, view)) }
    return { status: 200, body: runAnswer(view, { steps: query.steps === 'all', ...around }) }
  })

  /** A cursor is the id of the last run of the page before; that run may have been removed meanwhile. */
  async function known(cursor: string): Promise<string> {
    if (await store.get(cursor)) return cursor
    throw new RequestInvalid([{ path: '/query/cursor', message: 'There is no such place in the list, or not any more.', fix: 'Begin with the first page.' }])
  }
}

