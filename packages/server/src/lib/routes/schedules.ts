import type { FastifyInstance } from 'fastify'
import type * as z from 'zod'
import { timeText } from '../answers/run-answer.ts'
import type { scheduleSchema } from '../contract/schedules.ts'
import { schedulesOf, type ListedSchedule } from '../schedules/list-schedules.ts'
import type { Broken } from '../schedules/scheduled-recipes.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function scheduleRoutes(app: FastifyInstance, { recipes, workspace, runner, config, clock }: Service): void {
  route(app, 'GET /schedules').answers(async ({ query }) => {
    const listed = await schedulesOf(recipes, { workspace, store: runner.store, now: clock.now(), count: query.next, firings: query.firings })
    const { schedules, broken } = listed
    return { status: 200, body: { running: config.server.schedules, items: schedules.map(scheduleAnswer), broken: broken.map(brokenAnswer), next_cursor: null } }
  })
}

function scheduleAnswer({ name, path, schedule, next, firings }: ListedSchedule): z.input<typeof scheduleSchema> {
  const { cron, timezone, catchUp, overlap } = schedule
  return {
    name,
    recipe: path,
    cron,
    timezone,
    catch_up: catchUp,
    overlap,
    next: next.map(timeText),
    firings: firings.map(({ at, state, runId, reason, missed }) => ({ at: timeText(at), state, run_id: runId, reason, missed })),
  }
}

function brokenAnswer({ name, path, error }: Broken): { name: string; recipe: string; code: string; message: string } {
  return { name, recipe: path, code: 'code' in error ? String(error.code) : 'RECIPE_INVALID', message: error.message }
}
