import * as z from 'zod'
import { stepStatusSchema } from './runs.ts'

export const graphSchema = z
  .object({
    plan_hash: z.string(),
    steps: z.array(z.string()).describe('Names by index.'),
    types: z.array(z.string()),
    type: z.array(z.int()).describe('Of each step, its index in `types`.'),
    phases: z.record(z.string(), z.enum(['on_success', 'on_failure', 'always'])).describe('By index, of steps that are not of the main part.'),
    conditional: z.array(z.int()).describe('Steps that a condition may have skipped.'),
    for_each: z.array(z.int()),
    joins: z
      .array(z.object({ label: z.string(), phase: z.enum(['main', 'on_success', 'on_failure', 'always']) }))
      .describe('What waits for several and lets several go on; their indices follow those of the steps.'),
    edges: z.array(z.int()).describe('From, to, from, to, ...'),
  })
  .meta({ id: 'RunGraph' })

const overviewNodeSchema = z.object({
  kind: z.enum(['step', 'join', 'group']),
  label: z.string().describe('Of a step its name; of a group those of its first and last one.'),
  size: z.int().describe('Steps that it stands for.'),
  members: z.array(z.int()).describe('These steps by their index in the plan, in ranges: first, last, first, last, ...'),
  items: z.int().nullable(),
  type: z.string().nullable(),
  phase: z.enum(['main', 'on_success', 'on_failure', 'always']),
  status: stepStatusSchema.nullable().describe('Null: they have come to different things.'),
  counts: z.partialRecord(stepStatusSchema, z.int()).nullable().describe('Of the steps of a group, or the items of a `for_each` step.'),
  took_ms: z.number().nullable(),
  conditional: z.boolean(),
  for_each: z.boolean(),
  on_path: z.boolean().describe('It is a step of the critical path.'),
})

export const overviewSchema = z
  .object({
    run_id: z.string(),
    seq: z.int(),
    step_count: z.int().describe('Of the plan.'),
    nodes: z.array(overviewNodeSchema),
    edges: z.array(z.int()).describe('From, to, from, to, ...: positions in `nodes`.'),
  })
  .meta({ id: 'RunOverview' })
