import * as z from 'zod'
import { defineRoutes } from './route-spec.ts'
import { runStatusSchema } from './runs.ts'

const time = z.string().describe('RFC 3339.')

const firingSchema = z
  .object({
    at: time.describe('The time that the schedule names.'),
    state: z.enum(['claimed', 'queued', 'started', 'skipped', 'failed']).describe('`claimed`: about to be acted on; `queued`: waits for the run of an earlier time.'),
    run_id: z.string().describe('The run of it, or the one that there would be.'),
    run_status: runStatusSchema.nullable().describe('How that run is; null: there is none, or none any more.'),
    reason: z.string().nullable().describe('Why there is no run.'),
    missed: z.boolean().describe('Nobody was there for it when it came.'),
  })
  .meta({ id: 'Firing' })

export const scheduleSchema = z
  .object({
    name: z.string().describe('The recipe, as `POST /recipes/{name}/runs` takes it.'),
    recipe: z.string().describe('Its path in the workspace.'),
    cron: z.string(),
    timezone: z.string(),
    catch_up: z.enum(['none', 'last', 'all']),
    overlap: z.enum(['skip', 'queue', 'cancel_running']),
    next: z.array(time).describe('Times to come, the next one first.'),
    firings: z.array(firingSchema).describe('What became of its last times, the latest first.'),
  })
  .meta({ id: 'Schedule' })

export const scheduleRoutes = defineRoutes({
  'GET /schedules': {
    summary: 'List the schedules of recipes: when they run next, and what became of their last times',
    description: 'The next one to come is first. `broken` has recipes whose schedules are not run for their problems; `running` is false where this service runs none.',
    tag: 'recipes',
    scope: 'read',
    query: z.strictObject({
      next: z.coerce.number<number | string>().int().min(1).max(100).default(1).describe('Times to come, of each.'),
      firings: z.coerce.number<number | string>().int().min(0).max(200).default(5).describe('Times that have come, of each.'),
    }),
    answers: {
      200: z.object({
        running: z.boolean(),
        items: z.array(scheduleSchema),
        broken: z.array(z.object({ name: z.string(), recipe: z.string(), code: z.string(), message: z.string() })),
        next_cursor: z.null(),
      }),
    },
  },
})
