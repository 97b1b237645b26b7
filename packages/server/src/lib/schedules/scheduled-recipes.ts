import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlanSchedule } from '@lorc/runner'
import type { FiringTimes } from '@lorc/runner/recipe'
import type { RecipeCatalogue } from '../recipes/recipe-catalogue.ts'

/** A recipe that has a schedule. */
export interface Scheduled {
  /** As `POST /recipes/{name}/runs` takes it. */
  name: string
  /** Relative to the workspace. */
  path: string
  /** With its defaults. */
  schedule: { [Field in keyof PlanSchedule]-?: NonNullable<PlanSchedule[Field]> }
  times: FiringTimes
}

/** A recipe that has, or had, a schedule, and cannot be run as it is. */
export interface Broken {
  name: string
  path: string
  error: Error
}

/** `before` are paths of recipes that are known to have had a schedule. */
export async function scheduledRecipes(recipes: RecipeCatalogue, root: string, before: ReadonlySet<string>): Promise<{ scheduled: Scheduled[]; broken: Broken[] }> {
  const scheduled: Scheduled[] = []
  const broken: Broken[] = []
  for (const [name, path] of await recipes.paths()) {
    try {
      const { schedule } = (await recipes.open(name)).plan
      if (schedule) scheduled.push({ name, path, ...(await completed(schedule)) })
    } catch (error) {
      const isScheduled = before.has(path) || (await saysSchedule(join(root, path)))
      if (isScheduled) broken.push({ name, path, error: error instanceof Error ? error : new Error(String(error)) })
    }
  }
  return { scheduled, broken }
}

async function completed({ cron, timezone = 'UTC', catchUp = 'none', overlap = 'skip' }: PlanSchedule): Promise<Pick<Scheduled, 'schedule' | 'times'>> {
  const { firingTimes } = await import('@lorc/runner/recipe')
  return { schedule: { cron, timezone, catchUp, overlap }, times: firingTimes(cron, timezone) }
}

/** The file may be no YAML at all. */
async function saysSchedule(file: string): Promise<boolean> {
  return /^\s*["']?schedule["']?\s*:/m.test(await readFile(file, 'utf8').catch(() => ''))
}
