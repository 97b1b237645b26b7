import * as z from 'zod'
import { errorSchema, timeSchema } from './common-fields.ts'
import { ms, spanSchema, approvalSchema } from './insight-fields.ts'
import { artifactSchema, stepStatusSchema } from './runs.ts'

const attemptSchema = z.object({
  attempt: z.int(),
  from: timeSchema,
  to: timeSchema.nullable(),
  end: z.enum(['completed', 'failed', 'cancelled', 'interrupted']).nullable(),
  error: errorSchema.nullable(),
  cpu_ms: z.number().nullable(),
  peak_rss_bytes: z.number().nullable(),
  exit_code: z.int().nullable(),
})

export const stepStorySchema = z
  .object({
    run_id: z.string(),
    step: z.string(),
    type: z.string(),
    status: stepStatusSchema,
    phase: z.enum(['main', 'on_success', 'on_failure', 'always']),
    definition: z.record(z.string(), z.json()).describe('The step of the plan.'),
    item: z.json().optional().describe('Of an item: its value.'),
    item_of: z.string().nullable(),
    items: z.int().nullable(),
    ready: ms.nullable(),
    after: z.string().nullable().describe('Of what it waits for, what ended last.'),
    waits_by: z.enum(['names', 'order', 'item', 'nobody']),
    waits_for: z.array(z.string()).describe('The first of them.'),
    waits_for_count: z.int(),
    open: z.array(z.object({ step: z.string(), status: stepStatusSchema })).describe('Of these, the first that it still waits for.'),
    open_count: z.int(),
    blocked_by: z.string().nullable(),
    blocked_first_by: z.string().nullable(),
    blocks: z.array(z.string()),
    blocks_count: z.int(),
    reason: z.string().nullable().describe('Why it was skipped or cancelled.'),
    skipped_by: z.string().nullable(),
    error: errorSchema.nullable(),
    retry_at: timeSchema.nullable(),
    group: z.object({ name: z.string(), limit: z.int(), holders: z.array(z.object({ run_id: z.string(), step: z.string() })) }).nullable(),
    approval: approvalSchema.omit({ step: true }).extend({ decision: z.object({ approved: z.boolean(), by: z.string(), reason: z.string(), at: timeSchema }).nullable() }).nullable(),
    child_run: z.string().nullable(),
    imported_from: z.string().nullable(),
    cached: z.boolean(),
    reset: z.object({ by: z.string(), reason: z.string(), at: timeSchema }).nullable(),
    attempts: z.array(attemptSchema),
    spans: z.array(spanSchema),
    outputs: z.array(z.string()),
    artifacts: z.array(artifactSchema),
    writes: z.array(z.object({ key: z.string(), seq: z.int() })).describe('Context keys that it set.'),
  })
  .meta({ id: 'StepStory' })
