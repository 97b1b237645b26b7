import type { RunStore } from '@lorc/runner'
import { readServiceConfig } from '../config.ts'
import { RecipeCatalogue } from '../recipes/recipe-catalogue.ts'
import { Firings, type Firing } from './firings.ts'
import { scheduledBefore } from './schedule-cursor.ts'
import { scheduledRecipes, type Broken, type Scheduled } from './scheduled-recipes.ts'

export interface ListSchedulesOptions {
  /** Absolute. */
  workspace: string
  /** Folders outside the workspace, and packages, that code may come from. */
  allow: readonly string[]
  /** Absolute. */
  stateDir: string
  /** What the configuration says of the service: `{ server, modules }`. */
  config: unknown
  store: RunStore
  /** Unix milliseconds. */
  now: number
  /** Times to come that are told of each. */
  count: number
}

export interface ListedSchedule extends Omit<Scheduled, 'times'> {
  /** Unix milliseconds, the next one first. */
  next: number[]
  /** What became of the last time; null: none has come. */
  last: Firing | null
}

/** The schedules of a workspace, the next one to come first, and recipes whose schedules are not run for their problems. */
export async function listSchedules(options: ListSchedulesOptions): Promise<{ schedules: ListedSchedule[]; broken: Broken[] }> {
  const { workspace: root, allow, stateDir, config, store, now, count } = options
  const recipes = new RecipeCatalogue({ root, allow, stateDir }, readServiceConfig(config).server.recipes)
  const { scheduled, broken } = await scheduledRecipes(recipes, root, await scheduledBefore(store))
  const schedules = await Promise.all(
    scheduled.map(async ({ times, ...one }): Promise<ListedSchedule> => {
      const [last] = await new Firings(store, one.path).last(1)
      const next: number[] = []
      for (let at = times.next(now); at !== null && next.length < count; at = times.next(at)) next.push(at)
      return { ...one, next, last: last ?? null }
    }),
  )
  schedules.sort((a, b) => (a.next[0] ?? Infinity) - (b.next[0] ?? Infinity) || (a.name < b.name ? -1 : 1))
  return { schedules, broken }
}
