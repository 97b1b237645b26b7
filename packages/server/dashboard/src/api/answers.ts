import type * as z from 'zod'
import type { graphSchema, insightSchema, stepStorySchema, writesSchema } from '../../../src/lib/contract/insight.ts'
import type { runItemSchema, runStatusSchema, stepStatusSchema } from '../../../src/lib/contract/runs.ts'

/** What the service answers: the types of its contract. */
export type RunItem = z.output<typeof runItemSchema>
export type RunStatus = z.output<typeof runStatusSchema>
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
