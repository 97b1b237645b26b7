import type { healthRoutes } from './health.ts'
import type { insightRoutes } from './insight.ts'
import type { jobRoutes } from './jobs.ts'
import type { recipeRoutes } from './recipes.ts'
import type { RouteSpec, RouteTable } from './route-spec.ts'
import type { runControlRoutes } from './run-control.ts'
import type { runDetailRoutes } from './run-details.ts'
import type { runRoutes } from './runs.ts'
import type { scenarioRoutes } from './scenarios.ts'
import type { scheduleRoutes } from './schedules.ts'

type ScopesOf<Routes> = { readonly [Name in keyof Routes]: Routes[Name] extends RouteSpec ? Routes[Name]['scope'] : never }

/**
 * The routes of the contract, each with what a key has to allow: all that has to be known of one before it is asked for. The
 * schemas, and what makes them, take a quarter of the memory of a service, so that those of a family are loaded with its first
 * request.
 */
export const routeFamilies = {
  health: { 'GET /health': 'public', 'GET /ready': 'public', 'GET /metrics': 'read', 'GET /openapi.json': 'public' },
  runs: { 'GET /runs': 'read', 'GET /runs/changes': 'read', 'GET /runs/{run_id}': 'read' },
  runDetails: {
    'GET /runs/{run_id}/events': 'read',
    'GET /runs/{run_id}/logs': 'read',
    'GET /runs/{run_id}/context': 'read',
    'GET /runs/{run_id}/artifacts': 'read',
    'GET /runs/{run_id}/artifacts/*': 'read',
  },
  runControl: {
    'POST /runs/{run_id}/cancel': 'operate',
    'POST /runs/{run_id}/pause': 'operate',
    'POST /runs/{run_id}/unpause': 'operate',
    'POST /runs/{run_id}/approve': 'operate',
    'POST /runs/{run_id}/resume': 'operate',
    'POST /runs/{run_id}/rerun': 'operate',
  },
  insight: {
    'GET /runs/{run_id}/insight': 'read',
    'GET /runs/{run_id}/graph': 'read',
    'GET /runs/{run_id}/overview': 'read',
    'GET /runs/{run_id}/steps/{step}': 'read',
    'GET /runs/{run_id}/writes': 'read',
    'GET /runs/{run_id}/writes/{seq}': 'read',
  },
  recipes: { 'GET /recipes': 'read', 'POST /recipes/{name}/runs': 'run' },
  jobs: { 'GET /jobs': 'read', 'GET /jobs/{package}/{job}': 'read', 'POST /jobs/{package}/{job}/runs': 'run' },
  scenarios: { 'POST /plan_and_execute': 'run', 'GET /modules': 'read' },
  schedules: { 'GET /schedules': 'read' },
} as const satisfies {
  health: ScopesOf<typeof healthRoutes>
  runs: ScopesOf<typeof runRoutes>
  runDetails: ScopesOf<typeof runDetailRoutes>
  runControl: ScopesOf<typeof runControlRoutes>
  insight: ScopesOf<typeof insightRoutes>
  recipes: ScopesOf<typeof recipeRoutes>
  jobs: ScopesOf<typeof jobRoutes>
  scenarios: ScopesOf<typeof scenarioRoutes>
  schedules: ScopesOf<typeof scheduleRoutes>
}

export type RouteFamily = keyof typeof routeFamilies

const LOAD: Readonly<Record<RouteFamily, () => Promise<RouteTable>>> = {
  health: async () => (await import('./health.ts')).healthRoutes,
  runs: async () => (await import('./runs.ts')).runRoutes,
  runDetails: async () => (await import('./run-details.ts')).runDetailRoutes,
  runControl: async () => (await import('./run-control.ts')).runControlRoutes,
  insight: async () => (await import('./insight.ts')).insightRoutes,
  recipes: async () => (await import('./recipes.ts')).recipeRoutes,
  jobs: async () => (await import('./jobs.ts')).jobRoutes,
  scenarios: async () => (await import('./scenarios.ts')).scenarioRoutes,
  schedules: async () => (await import('./schedules.ts')).scheduleRoutes,
}

/** What is known of a route before it is asked for. */
export interface KnownRoute {
  readonly scope: RouteSpec['scope']
  /** All of it. */
  spec(): Promise<RouteSpec>
}

/** By their names in the contract. */
export const knownRoutes: ReadonlyMap<string, KnownRoute> = new Map(
  (Object.keys(routeFamilies) as RouteFamily[]).flatMap((family) =>
    Object.entries<RouteSpec['scope']>(routeFamilies[family]).map(([name, scope]) => {
      const spec = async (): Promise<RouteSpec> => ((await LOAD[family]()) as Readonly<Record<string, RouteSpec>>)[name]!
      return [name, { scope, spec }] as const
    }),
  ),
)
