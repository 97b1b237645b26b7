import * as z from 'zod'
import { planItemSchema } from './plan-item.ts'
import { errorSchema, flagSchema, instantSchema, limitSchema, runIdSchema, timeSchema } from './common-fields.ts'
import { defineRoutes } from './route-spec.ts'

export const runStatusSchema = z.enum(['running', 'completed', 'failed', 'cancelled'])
export const stepStatusSchema = z.enum(['waiting', 'running', 'completed', 'failed', 'cancelled', 'blocked', 'skipped'])

const parentSchema = z.object({ run_id: z.string(), step: z.string() }).describe('The step of another run whose work this run is.')

/** What `running` does not say. */
const goingOn = {
  queued: z.boolean().describe('`running`, and not begun so far: it was taken in, and waits for its turn to be driven.'),
  abandoned: z.boolean().describe('`running`, with nobody driving it: it can be resumed.'),
  paused: z.object({ by: z.string(), reason: z.string(), at: timeSchema }).nullable(),
  waiting_for: z.array(z.string()).describe('Steps that wait for an approval.'),
  waits_within: z.boolean().describe('A run of its steps waits for an approval: see `inner_runs` of its insight.'),
}

export const runItemSchema = z
  .object({
    run_id: z.string(),
    name: z.string().describe('Of its plan.'),
    status: runStatusSchema,
    ...goingOn,
    created_at: timeSchema,
    ended_at: timeSchema.nullable(),
    recipe: z.string().nullable().describe('The file that it was compiled from, relative to the workspace.'),
    parent: parentSchema.nullable(),
    step_count: z.int().describe('Of its plan.'),
    error: errorSchema.nullable(),
  })
  .meta({ id: 'RunItem' })

export const artifactSchema = z
  .object({ path: z.string().describe('Relative to the workspace.'), bytes: z.int(), sha256: z.string() })
  .meta({ id: 'Artifact' })

export const stepSchema = z
  .object({
    name: z.string(),
    status: stepStatusSchema,
    attempts: z.int(),
    started_at: timeSchema.nullable(),
    ended_at: timeSchema.nullable(),
    metrics: z
      .object({
        wall_ms: z.number(),
        cpu_user_ms: z.number().nullable(),
        cpu_system_ms: z.number().nullable(),
        peak_rss_bytes: z.number().nullable(),
        exit_code: z.int().nullable(),
      })
      .nullable(),
    outputs: z.array(z.string()),
    artifacts: z.array(artifactSchema),
    meta: z.record(z.string(), z.json()).nullable().describe('Further fields of its envelope; of a job `result`, what it returned, and `events`.'),
    error: errorSchema.nullable(),
    blocked_by: z.string().nullable(),
    reason: z.string().nullable(),
    cached: z.boolean(),
    imported_from: z.string().nullable(),
    items: z.int().nullable(),
    item_of: z.string().nullable(),
    child_run: z.string().nullable(),
    approval: z
      .object({
        message: z.string(),
        by: z.array(z.string()).nullable(),
        requested_at: timeSchema,
        expires_at: timeSchema.nullable(),
        decision: z.object({ approved: z.boolean(), by: z.string(), reason: z.string(), at: timeSchema }).nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Step' })

export const runSchema = z
  .object({
    run_id: z.string(),
    name: z.string(),
    status: runStatusSchema,
    ...goingOn,
    created_at: timeSchema,
    ended_at: timeSchema.nullable(),
    recipe: z.object({ path: z.string(), sha256: z.string() }).nullable(),
    parent: parentSchema.nullable(),
    params: z.record(z.string(), z.json()),
    seed: z.int(),
    time: timeSchema.describe('What it is for: the time of its schedule, or the one that it was started with; else when it was created.'),
    request: z.json().describe('What was asked for, of a run whose plan was made of a request; else null.'),
    plan: z.array(planItemSchema).optional().describe('Of a scenario.'),
    results: z.record(z.string(), z.record(z.string(), z.json())).optional().describe('Of a scenario: what its modules put out so far.'),
    failed_step: z.string().nullable(),
    error: errorSchema.nullable(),
    context_keys: z.array(z.string()),
    artifacts_path: z.string().describe('The run folder, relative to the workspace.'),
    logs_path: z.string(),
    steps: z.array(stepSchema).describe('In the order of the plan, items after their step; empty with `steps=none`.'),
  })
  .meta({ id: 'Run' })

/** What is said of a run that was taken in. */
export const acceptedRunSchema = z.object({ run_id: z.string(), status: runStatusSchema }).meta({ id: 'AcceptedRun' })

export const runRoutes = defineRoutes({
  'GET /runs': {
    summary: 'List runs, newest first',
    tag: 'runs',
    scope: 'read',
    query: z.strictObject({
      status: runStatusSchema.optional(),
      recipe: z.string().min(1).optional().describe('A recipe by its name or its file.'),
      name: z.string().min(1).optional().describe('The name of a plan.'),
      package: z.string().min(1).max(214).optional().describe('Runs of jobs of this package, with or without its scope.'),
      from: instantSchema.optional().describe('Created then or later.'),
      until: instantSchema.optional().describe('Created before then.'),
      text: z.string().min(1).max(200).optional().describe('Part of the id, the name, the recipe or the error; letters of ASCII in either case.'),
      children: flagSchema.optional().describe('Runs that steps of other runs started, too. Default: false.'),
      limit: limitSchema,
      cursor: z.string().min(1).max(200).optional().describe('`next_cursor` of the page before.'),
    }),
    answers: { 200: z.object({ items: z.array(runItemSchema), next_cursor: z.string().nullable() }).meta({ id: 'RunPage' }) },
  },
  'GET /runs/changes': {
    summary: 'Hear when something has become of runs',
    description:
      'Server-Sent Events: `changed`, at once and then within a second or two of each run that begins or ends in this service, and of ' +
      'whatever shows of the newest hundred runs and of the newest hundred that go on, whichever process did it. What it is, `GET /runs` tells.',
    tag: 'runs',
    scope: 'read',
    query: z.strictObject({ follow: flagSchema.optional().describe('False: only at once. Default: true.') }),
    answers: { 200: { mediaType: 'text/event-stream', description: 'Events.' } },
  },
  'GET /runs/{run_id}': {
    summary: 'Show a run and its steps',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    query: z.strictObject({ steps: z.enum(['all', 'none']).default('all') }),
    answers: { 200: runSchema },
  },
})
