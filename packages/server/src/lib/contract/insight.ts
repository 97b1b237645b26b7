import * as z from 'zod'
import { artifactSchema, runStatusSchema, stepStatusSchema } from './runs.ts'
import { errorSchema, runIdSchema, timeSchema } from './common-fields.ts'
import { defineRoutes } from './route-spec.ts'

const ms = z.number().describe('Milliseconds since `created_at`.')
const position = z.int().min(0).describe('Position in the list of steps.')

/** `x`: of `ran` the attempt's number, of `group` the group, of what waited who made an end of it. `y`: how an attempt ended. */
const spanSchema = z.tuple([
  z.enum(['ran', 'items', 'slot', 'parallel', 'group', 'retry', 'approval', 'paused', 'undriven']).describe('kind'),
  ms.describe('from'),
  ms.nullable().describe('to; null: it goes on'),
  z.union([z.string(), z.int()]).nullable().describe('x'),
  z.enum(['completed', 'failed', 'cancelled', 'interrupted', 'cached']).nullable().describe('y'),
])

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

const approvalSchema = z.object({
  step: z.string(),
  message: z.string(),
  by: z.array(z.string()).nullable().describe('Who may decide; null: anybody.'),
  requested_at: timeSchema,
  expires_at: timeSchema.nullable(),
})

export const insightSchema = z
  .object({
    run_id: z.string(),
    seq: z.int().describe('Events so far. As `since`, it asks for what changed after them.'),
    since: z.int().describe('0: all steps are there; else those that an event told of since then.'),
    name: z.string(),
    description: z.string().nullable(),
    status: runStatusSchema,
    abandoned: z.boolean(),
    paused: z.object({ by: z.string(), reason: z.string(), at: timeSchema }).nullable(),
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

export const writesSchema = z
  .object({
    /** As a tuple, since a run may have 50,000 of them. */
    items: z.array(
      z.tuple([
        z.int().describe('seq of the event'),
        ms.describe('at'),
        z.string().describe('key'),
        z.string().describe('who'),
        z.string().nullable().describe('step'),
        z.int().nullable().describe('attempt'),
      ]),
    ),
    seq: z.int(),
  })
  .meta({ id: 'ContextWrites' })

export const insightRoutes = defineRoutes({
  'GET /runs/{run_id}/insight': {
    summary: 'Show what a run is, every step with its times, and what made it take so long',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    query: z.strictObject({
      since: z.coerce.number().int().min(0).default(0).describe('`seq` of an earlier answer: only what changed since.'),
      steps: z.enum(['all', 'few']).default('all').describe('`few`: only where they are at most 500.'),
    }),
    answers: { 200: insightSchema },
  },
  'GET /runs/{run_id}/graph': {
    summary: 'Show who waits for whom in the plan of a run',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    answers: { 200: graphSchema },
  },
  'GET /runs/{run_id}/overview': {
    summary: 'Show the graph of a run in few nodes, and what its steps have come to',
    description: 'Steps that wait for the same are one node, but for those that failed; where that is not enough, neighbouring layers are.',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    query: z.strictObject({ most: z.coerce.number().int().min(10).max(500).default(60).describe('Nodes, about.') }),
    answers: { 200: overviewSchema },
  },
  'GET /runs/{run_id}/steps/{step}': {
    summary: 'Tell why a step is as it is',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema, step: z.string().min(1).max(300) }),
    answers: { 200: stepStorySchema },
  },
  'GET /runs/{run_id}/writes': {
    summary: 'List what was written to the context, in the order of time, without the values',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    answers: { 200: writesSchema },
  },
  'GET /runs/{run_id}/writes/{seq}': {
    summary: 'Show a value that was written to the context',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema, seq: z.coerce.number().int().min(0) }),
    query: z.strictObject({ key: z.string().min(1).max(500) }),
    answers: { 200: z.object({ key: z.string(), value: z.json() }) },
  },
})
