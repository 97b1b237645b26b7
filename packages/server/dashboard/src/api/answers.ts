import type * as z from 'zod'
import type { scenarioRoutes } from '../../../src/lib/contract/scenarios.ts'
import type { graphSchema, insightSchema, stepStorySchema, writesSchema } from '../../../src/lib/contract/insight.ts'
import type { recipeRoutes } from '../../../src/lib/contract/recipes.ts'
import type { runItemSchema, stepStatusSchema } from '../../../src/lib/contract/runs.ts'

/** What the service answers: the types of its contract. */
export type RunItem = z.output<typeof runItemSchema>
export type StepStatus = z.output<typeof stepStatusSchema>
export type Insight = z.output<typeof insightSchema>
export type GraphAnswer = z.output<typeof graphSchema>
export type StepAnswer = z.output<typeof stepStorySchema>
export type WritesAnswer = z.output<typeof writesSchema>
export type SpanRow = Insight['steps'][number][8][number]

export interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

/** A file that a step recorded. */
export interface ArtifactItem {
  step: string
  /** What `/runs/{run_id}/artifacts/` takes. */
  name: string
  path: string
  bytes: number
  sha256: string
  media_type: string
  url: string
}

export type Recipe = z.output<(typeof recipeRoutes)['GET /recipes']['answers'][200]>['items'][number]

export interface Job {
  package: string
  job: string
  description: string | null
  /** JSON Schema; null: it takes none. */
  params: Record<string, unknown> | null
}

export type Module = z.output<(typeof scenarioRoutes)['GET /modules']['answers'][200]>['items'][number]

export interface RunContext {
  /** The last write of each key. */
  keys: Record<string, { value: unknown; who: string; step: string | null; attempt: number | null; at: string }>
}
