import { healthRoutes } from './contract/health.ts'
import { insightRoutes } from './contract/insight.ts'
import { jobRoutes } from './contract/jobs.ts'
import { recipeRoutes } from './contract/recipes.ts'
import { runControlRoutes } from './contract/run-control.ts'
import { runDetailRoutes } from './contract/run-details.ts'
import { runRoutes } from './contract/runs.ts'
import { scenarioRoutes } from './contract/scenarios.ts'
import { scheduleRoutes } from './contract/schedules.ts'

/** Every route of the service. A route that is not named here does not exist: handlers are registered by its name. */
export const contract = {
  ...healthRoutes,
  ...runRoutes,
  ...runDetailRoutes,
  ...runControlRoutes,
  ...insightRoutes,
  ...recipeRoutes,
  ...jobRoutes,
  ...scenarioRoutes,
  ...scheduleRoutes,
} as const

export type Contract = typeof contract
