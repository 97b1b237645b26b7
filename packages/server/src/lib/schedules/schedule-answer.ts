import type * as z from 'zod'
import { timeText } from '../answers/time-text.ts'
import type { scheduleSchema } from '../contract/schedules.ts'
import type { ListedSchedule } from './list-schedules.ts'
import type { Broken } from './scheduled-recipes.ts'

/** A schedule as JSON has it, over HTTP and on the command line. */
export function scheduleAnswer({ name, path, schedule, next, firings }: ListedSchedule): z.input<typeof scheduleSchema> {
  const { cron, timezone, catchUp, overlap } = schedule
  return {
    name,
    recipe: path,
    cron,
    timezone,
    catch_up: catchUp,
    overlap,
    next: next.map(timeText),
    firings: firings.map(({ at, state, runId, runStatus, reason, missed }) => ({ at: timeText(at), state, run_id: runId, run_status: runStatus, reason, missed })),
  }
}

/** A recipe whose schedule is not run, in the same form. */
export function brokenAnswer({ name, path, error }: Broken): { name: string; recipe: string; code: string; message: string } {
  return { name, recipe: path, code: 'code' in error ? String(error.code) : 'RECIPE_INVALID', message: error.message }
}
