import * as z from 'zod'
import { errorSchema, timeSchema } from './common-fields.ts'
import { ms, spanSchema, approvalSchema } from './insight-fields.ts'
import { runStatusSchema, stepStatusSchema } from './runs.ts'

const position = z.int().min(0).describe('Position in the list of steps.')

/** A row without names: a run may have 50,000 of them. */
const stepRowSchema = z.tuple([
  z.string().describe('name'),
  z.int().describe('index of the step in the plan; of an item, that of its step'),
  z.boolean().describe('it is an item of a `for_each` step'),
  stepStatusSchema,
  z.int().describe('attempts'),
  ms.nullable().describe('ready'),
  ms.nullable().describe('started'),
  ms.nullable().describe('ended'),
  z.array(spanSchema),
])

export const insightSchema = z
  .object({
    run_id: z.string(),
    seq: z.int().describe('Events so far. As `since`, it asks for what changed after them.'),
    since: z.int().describe('0: all steps are there; else those that an event told of since then.'),
    name: z.string(),
    description: z.string().nullable(),
    status: runStatusSchema,
    queued: z.boolean(),
    abandoned: z.boolean(),
    paused: z.object({ by: z.string(), reason: z.string(), at: timeSchema }).nullable(),
    cancelling: z.object({ by: z.string(), reason: z.string() }).nullable().describe('Somebody has cancelled it, and what still runs is being ended.'),
    created_at: timeSchema,
    ended_at: timeSchema.nullable(),
    until: ms.describe('When the last event happened.'),
    recipe: z.object({ path: z.string(), sha256: z.string() }).nullable(),
    parent: z.object({ run_id: z.string(), step: z.string() }).nullable(),
    error: errorSchema.nullable(),
    failed_step: z.string().nullable(),
    counts: z.partialRecord(stepStatusSchema, z.int()).describe('Steps and items by status.'),
    facts: z.object({
      plan_hash: z.string(),
      params: z.record(z.string(), z.json()),
      options: z.record(z.string(), z.json()),
      versions: z.record(z.string(), z.json()),
      packages: z.record(z.string(), z.string()),
      code: z.record(z.string(), z.string()).describe('SHA-256 of each file of code.'),
      git: z.object({ commit: z.string(), branch: z.string().optional() }).nullable(),
      seed: z.int(),
      time: timeSchema.describe('What the run is for.'),
      request: z.json().describe('What was asked for, where the plan was made of a request.'),
      origin: z
        .object({ type: z.enum(['rerun', 'replay', 'schedule']), run_id: z.string().optional(), recipe: z.string().optional(), at: timeSchema.optional() })
        .nullable()
        .describe('What made the run, where it was not asked for by itself.'),
      imported_from: z.string().nullable(),
    }),
    failures: z.array(
      z.object({
        step: z.string(),
        at: ms,
        attempts: z.int(),
        error: errorSchema,
        tolerated: z.boolean(),
        blocks: z.array(z.string()).describe('The first steps that cannot begin because of it.'),
        blocks_count: z.int(),
      }),
    ),
    failures_count: z.int(),
    approvals: z.array(approvalSchema),
    inner_runs: z.array(z.object({ step: z.string(), run_id: z.string() })).describe('Runs of its steps that go on: the first 20.'),
    peak: z.int().describe('Attempts at once, at most.'),
    busy_ms: z.number(),
    running: z.array(z.tuple([ms, z.int()])).describe('From then on, so many attempts ran.'),
    halts: z.array(z.object({ kind: z.enum(['paused', 'undriven']), from: ms, to: ms.nullable(), by: z.string().nullable() })),
    path: z.array(z.tuple([position, z.number().describe('ran'), z.number().describe('waited')])).describe('The critical path.'),
    artifacts_count: z.int(),
    step_count: z.int(),
    at: z.array(position).nullable().describe('Positions of `steps`; null: it is all of them.'),
    steps: z.array(stepRowSchema).nullable().describe('Null: they are many, and were not asked for.'),
  })
  .meta({ id: 'RunInsight' })
