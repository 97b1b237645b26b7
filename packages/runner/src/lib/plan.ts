import * as z from 'zod'

const json = z.json()

/** Letters, digits, `_`, `-` and `.`; starts with a letter or `_`; at most 128 characters. */
export const STEP_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/

export const retryPolicySchema = z.strictObject({
  /** Attempts in all, the first included. */
  max: z.int().min(1).max(1000),
  delayMs: z.number().min(0),
  backoff: z.enum(['fixed', 'exponential']),
  factor: z.number().min(1),
  maxDelayMs: z.number().min(0),
  /** Share of the delay that is drawn at random, 0 to 1: the wait lies in [delay * (1 - jitter), delay]. */
  jitter: z.number().min(0).max(1),
  /** Error codes worth another attempt; without it, every code. */
  on: z.array(z.string()).optional(),
})

const cachePolicySchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('key'), key: z.string().min(1) }),
  z.strictObject({ mode: z.literal('auto') }),
])

export const planStepSchema = z.strictObject({
  name: z.string().regex(STEP_NAME),
  /** Names the executor: `node`, `python`, `shell`, or one that the embedding program supplies. */
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
  /** Environment: `grant` passes variables of the runner's environment through, `set` gives values. */
  env: z.strictObject({ grant: z.array(z.string()), set: z.record(z.string(), z.string()) }).optional(),
  /** Context keys that a shell step sees in the file that `LORC_CONTEXT` names. */
  reads: z.array(z.string()).optional(),
  /** Files, relative to the workspace, that a cached step depends on. */
  inputs: z.array(z.string()).optional(),
  /** Files, relative to the workspace, that the step writes. */
  outputs: z.array(z.string()).optional(),
  success: z.strictObject({ ctxHasKeys: z.array(z.string()) }).optional(),
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
  timeoutMs: z.number().positive().optional(),
  /** What happens when parallel steps write the same key. Default `fail_on_conflict`. */
  conflict: z.enum(['fail_on_conflict', 'last_write_wins']).optional(),
  steps: z.array(planStepSchema).min(1),
})

export type RetryPolicy = z.output<typeof retryPolicySchema>
export type CachePolicy = z.output<typeof cachePolicySchema>
export type PlanStep = z.output<typeof planStepSchema>
export type Plan = z.output<typeof planSchema>
