import { systemClock, type RunStatus, type RunStore } from '@lorc/runner'
import { ModuleRegistry } from '../modules/module-registry.ts'
import { RecipeCatalogue } from '../recipes/recipe-catalogue.ts'
import { settledConfig } from '../settled-config.ts'
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
  /** Times that have come that are told of each. Default 1. */
  firings?: number
}

export interface ListedSchedule extends Omit<Scheduled, 'times'> {
  /** Unix milliseconds, the next one first. */
  next: number[]
  /** What became of the last times, the latest first. */
  firings: ListedFiring[]
}

export interface ListedFiring extends Firing {
  /** How its run is; null: there is none, or none any more. */
  runStatus: RunStatus | null
}

/** The schedules of a workspace, the next one to come first, and recipes whose schedules are not run for their problems. */
export async function listSchedules(options: ListSchedulesOptions): Promise<{ schedules: ListedSchedule[]; broken: Broken[] }> {
  const { workspace: root, allow, stateDir, config } = options
  const { server, modules } = await settledConfig(config)
  const registry = new ModuleRegistry(modules, {}, systemClock)
  return schedulesOf(new RecipeCatalogue({ root, allow, stateDir, modules: registry }, server.recipes), options)
}

/** The same of recipes that are known. */
export async function schedulesOf(
  recipes: RecipeCatalogue,
  { workspace, store, now, count, firings = 1 }: Pick<ListSchedulesOptions, 'workspace' | 'store' | 'now' | 'count' | 'firings'>,
): Promise<{ schedules: ListedSchedule[]; broken: Broken[] }> {
  const { scheduled, broken } = await scheduledRecipes(recipes, workspace, await scheduledBefore(store))
  const schedules = await Promise.all(
    scheduled.map(async ({ times, ...one }): Promise<ListedSchedule> => {
      const last = firings === 0 ? [] : await new Firings(store, one.path).last(firings)
      const listed = last.map(async (firing): Promise<ListedFiring> => ({ ...firing, runStatus: firing.state === 'started' ? ((await store.get(firing.runId))?.status ?? null) : null }))
      const next: number[] = []
      for (let at = times.next(now); at !== null && next.length < count; at = times.next(at)) next.push(at)
      return { ...one, next, firings: await Promise.all(listed) }
    }),
  )
  schedules.sort((a, b) => (a.next[0] ?? Infinity) - (b.next[0] ?? Infinity) || (a.name < b.name ? -1 : 1))
  return { schedules, broken }
}
