import * as z from 'zod'
import { STEP_NAME } from './recipe/step-name.ts'

const json = z.json()

export const retryPolicySchema = z.strictObject({
  /** Attempts in all, the first included. */
  max: z.int().min(1).max(1000),
  delayMs: z.number().min(0),
  backoff: z.enum(['fixed', 'exponential']),
  factor: z.number().min(1),
  maxDelayMs: z.number().min(0),
  /** Share of the delay that is drawn at random, 0 to 1: the wait lies in [delay * (1 - jitter), delay]. */
  jitter: z.number().min(0).max(1),
  /**
   * Error codes worth another attempt; of an http step also statuses (`503`) and their classes (`"5xx"`), of a scriptlet exit codes.
   * Without it, every code, but of a job JOB_TRANSIENT alone.
   */
  on: z.array(z.union([z.string(), z.int()])).optional(),
})

const cachePolicySchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('key'), key: z.string().min(1) }),
  z.strictObject({ mode: z.literal('auto') }),
])

/** `grant` passes variables of the runner's environment through, `set` gives values; these may hold `${{ }}`. */
const environmentSchema = z.strictObject({ grant: z.array(z.string()), set: z.record(z.string(), z.string()) })

/** A JSON Schema (draft 2020-12), or `true`: any JSON value. */
const jsonSchema = z.union([z.literal(true), z.record(z.string(), json)])

/** Runs the step once for each item of a list; each is a step `name[i]` of its own. */
const forEachSchema = z.strictObject({
  /** CEL that gives a list. Evaluated once, when the step is ready; the items are journaled. */
  items: z.string().min(1),
  /** Items at once. Default: as many as the run has slots. */
  maxParallel: z.int().min(1).max(100_000).optional(),
})

/** A request of a step of type `http`. Texts may hold `${{ }}`. */
const httpRequestSchema = z.strictObject({
  method: z.string().regex(/^[A-Z]{3,10}$/),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).optional(),
  /** A text is sent as it is, anything else as JSON. */
  body: json.optional(),
  /** Status codes (`200`) and classes (`"2xx"`) that are a success. Default `["2xx"]`. */
  expect: z.array(z.union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/)])).min(1).optional(),
  /** Context keys, and CEL over `response` (`status`, `headers`, `body`) for their values. */
  set: z.record(z.string(), z.string()).optional(),
})

/** What a step of type `approval` asks for. Its time limit is the step's `timeoutMs`, counted from the first request. */
const approvalSchema = z.strictObject({
  /** Shown to who decides; may hold `${{ }}`. */
  message: z.string().optional(),
  /** Names that may decide (`--by`); without it, anybody. */
  by: z.array(z.string().min(1)).min(1).optional(),
})

/** The job that a step of type `job` runs: a function that an installed package declares. */
const jobSchema = z.strictObject({
  /** The package's name, or the last part of a name with a scope. */
  package: z.string().min(1),
  name: z.string().min(1),
  /** As the job's own schema takes them; may hold `${{ }}`, as the three below. */
  params: z.record(z.string(), json).optional(),
  account: z.string().optional(),
  /** ISO 8601, or how far back from the creation of the run: `30m`, `24h`, `7d`, `2w`. */
  since: z.string().optional(),
  until: z.string().optional(),
  /** Context keys, and CEL over `result`, what it returned, for their values. */
  set: z.record(z.string(), z.string()).optional(),
  /** Where its events go, where that is not what the configuration says. */
  events: z
    .strictObject({
      sink: z.string().min(1).optional(),
      /** The same tables, in another place. */
      smokeNamespace: z.string().min(1).optional(),
      /** The step may complete once its events are on disk, in the outbox. */
      allowOutbox: z.boolean().optional(),
    })
    .optional(),
})

/** At most `limit` steps that name the group run at once, in all runs of the store. */
const concurrencyGroupSchema = z.strictObject({
  /** May hold `${{ }}`. */
  name: z.string().min(1),
  limit: z.int().min(1).max(100_000),
})

/** When the service starts runs of the plan by itself. */
const scheduleSchema = z.strictObject({
  /** Five fields (minute, hour, day of the month, month, day of the week), or `@hourly`, `@daily` and the like. */
  cron: z.string().min(1).max(200),
  /** IANA name. Default `UTC`. */
  timezone: z.string().min(1).max(100).optional(),
  /** Which of the times that nobody was there for are made up for. Default `none`. */
  catchUp: z.enum(['none', 'last', 'all']).optional(),
  /** What happens at a time when the run of an earlier one still goes on. Default `skip`. */
  overlap: z.enum(['skip', 'queue', 'cancel_running']).optional(),
})

/** A map, not a list: what is declared of a list depends on the order in which the compiler meets its texts. */
const PHASES = { main: 'main', on_success: 'on_success', on_failure: 'on_failure', always: 'always' } as const

export const planStepSchema = z.strictObject({
  name: z.string().regex(STEP_NAME),
  /**
   * Names the executor: `node`, `python`, `shell`, `http`, `job`, `module`, `recipe`, `approval`, or one that the
   * embedding program supplies.
   */
  type: z.string().min(1),
  module: z.string().optional(),
  function: z.string().optional(),
  script: z.string().optional(),
  args: z.union([z.record(z.string(), json), z.array(json)]).optional(),
  /**
   * Place in the default order. A step without `dependsOn` waits for every step of a lower stage; steps of one stage
   * run together. Stages are dense: 0, 1, 2, ...
   */
  stage: z.int().min(0),
  /** Waits for exactly these; `[]` starts at once. */
  dependsOn: z.array(z.string()).optional(),
  retry: retryPolicySchema.optional(),
  timeoutMs: z.number().positive().optional(),
  requiresProcess: z.boolean().optional(),
  continueOnError: z.boolean().optional(),
  cache: cachePolicySchema.optional(),
  env: environmentSchema.optional(),
  /** Context keys that a shell step sees in the file that `LORC_CONTEXT` names. */
  reads: z.array(z.string()).optional(),
  /** Files, relative to the workspace, that a cached step depends on. */
  inputs: z.array(z.string()).optional(),
  /** Files, relative to the workspace, that the step writes. */
  outputs: z.array(z.string()).optional(),
  success: z
    .strictObject({
      ctxHasKeys: z.array(z.string()).optional(),
      /** CEL over `ctx` (with the step's own writes), `params`, `steps`, `item`, `run`. */
      when: z.string().min(1).optional(),
    })
    .optional(),
  /** Which part of the run the step belongs to. Default `main`; the others begin when the main part is over. */
  phase: z.enum(PHASES).optional(),
  /** CEL; evaluated when the step is ready. False: the step is skipped, and what depends on it goes on. */
  when: z.string().min(1).optional(),
  forEach: forEachSchema.optional(),
  /** The shapes of context keys that the step (of a `forEach` step: each item) may write, as JSON Schemas. */
  produces: z.record(z.string(), jsonSchema).optional(),
  /** Of ready steps, those with a higher one start first. Default 0. */
  priority: z.int().min(-1000).max(1000).optional(),
  concurrencyGroup: concurrencyGroupSchema.optional(),
  http: httpRequestSchema.optional(),
  approval: approvalSchema.optional(),
  job: jobSchema.optional(),
  /** The plan that a step of type `recipe` runs, as a run of its own. */
  recipe: z
    .strictObject({
      /** The file that it was compiled from, relative to the workspace. */
      path: z.string().min(1).optional(),
      get plan() {
        return planSchema
      },
      /** Values may hold `${{ }}`. */
      params: z.record(z.string(), json).optional(),
      /** Context keys of that run that become this run's. Default: all. */
      keys: z.array(z.string()).optional(),
    })
    .optional(),
})

/**
 * The one intermediate form: what every recipe, TypeScript plan and job compiles to and the runner executes.
 * It is JSON and versioned by `lorc`.
 */
export const planSchema = z.strictObject({
  lorc: z.literal(1),
  name: z.string().min(1).max(200),
  description: z.string().optional(),
  /** `test_meta` of a recipe, kept as written. */
  meta: z.record(z.string(), json).optional(),
  concurrency: z.int().min(1).max(100_000).optional(),
  /** Of each driver's work on the run. */
  timeoutMs: z.number().positive().optional(),
  /** Milliseconds from the run's creation, resumes and pauses included, after which it is ended as failed. */
  deadlineMs: z.number().positive().optional(),
  /** JSON Schema of an object: its properties are the parameters that `params` gives, with their defaults. */
  params: z.record(z.string(), json).optional(),
  /** For every step; a step's own `env` comes first. */
  env: environmentSchema.optional(),
  /** Names of environment variables whose values nobody may see: granted to no step that does not name them. */
  secrets: z.array(z.string()).optional(),
  /** What happens when parallel steps write the same key or put out the same file. Default `fail_on_conflict`. */
  conflict: z.enum(['fail_on_conflict', 'last_write_wins']).optional(),
  schedule: scheduleSchema.optional(),
  steps: z.array(planStepSchema).min(1),
})

export type RetryPolicy = z.output<typeof retryPolicySchema>
export type CachePolicy = z.output<typeof cachePolicySchema>
export type PlanStep = z.output<typeof planStepSchema>
export type PlanSchedule = z.output<typeof scheduleSchema>
export type Plan = z.output<typeof planSchema>
