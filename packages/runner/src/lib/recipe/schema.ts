import { ContextError, parseKey } from '@lorc/context'
import * as z from 'zod'
import { STEP_NAME } from '../plan.ts'
import { durationMs, isDuration, MAX_DURATION_MS } from './duration.ts'

/*
 * The YAML of a recipe. A schema's error text completes the sentence "`field` must be ...". Values are JSON already
 * when they come here (see readValues), so that free-form parts need no schema of their own.
 */

const MAX_SECONDS = Math.floor(MAX_DURATION_MS / 1000)

function text(phrase: string, max = 10_000) {
  return z.string(phrase).min(1, phrase).max(max, phrase)
}

function whole(min: number, max: number) {
  const phrase = `a whole number from ${min} to ${max}`
  return z.int(phrase).min(min, phrase).max(max, phrase)
}

function number(min: number, max: number, phrase = `a number from ${min} to ${max}`) {
  return z.number(phrase).min(min, phrase).max(max, phrase)
}

function listOf(item: z.ZodType<string>, phrase: string) {
  return z.array(item, phrase)
}

const NAME_PHRASE = 'letters, digits, `_`, `-` and `.`, beginning with a letter or `_`, at most 128 characters'
const truth = z.boolean('true or false')
const DURATION_PHRASE = 'a duration: seconds, or a text like `500ms`, `30s`, `5m` or `2h`'
const DURATION_RANGE = 'a duration of more than 0 and less than 25 days'
const duration = z
  .union([z.number(), z.string()], DURATION_PHRASE)
  .refine(isDuration, { error: DURATION_PHRASE, abort: true })
  .refine((value) => durationMs(value) !== undefined, DURATION_RANGE)
  .describe('Seconds, or a number with ms, s, m or h')

const KEY_PHRASE = 'a context key like `numbers.stats_v1`'
const contextKey = z.string(KEY_PHRASE).refine((key) => keyError(key) === undefined, KEY_PHRASE)
const file = text('a path relative to the workspace', 4096)

const ENV_VALUE = 'a text, a number, or true or false'
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const ENV_PHRASE = 'a list of names of environment variables, or a map of names to values'
const envName = z.string('the name of an environment variable').regex(ENV_NAME, 'the name of an environment variable')

export const retrySchema = z.strictObject({
  max: whole(1, 1000).describe('Attempts in all, the first included'),
  delay_sec: number(0, MAX_SECONDS).optional().describe('Seconds before the second attempt; default 0'),
  backoff: z.enum(['fixed', 'exponential'], '`fixed` or `exponential`').optional().describe('Default fixed'),
  factor: number(1, 1000).optional().describe('Growth of the delay with exponential backoff; default 2'),
  max_delay_sec: number(0, MAX_SECONDS).optional().describe('The longest delay; default 300'),
  jitter: number(0, 1).optional().describe('Share of the delay that is drawn at random; default 0'),
  on: listOf(text('an error code'), 'a list of error codes').min(1, 'a list of error codes').optional(),
})

export const successSchema = z.strictObject({
  ctx_has_keys: listOf(contextKey, 'a list of context keys').optional(),
})

export const stepSchema = z.strictObject({
  idx: z.int('a whole number').optional().describe('Place in the order; steps of the same idx run together'),
  name: z.string(NAME_PHRASE).regex(STEP_NAME, NAME_PHRASE),
  type: text('the type of a step').describe('node, python or shell'),
  module: text('the name or path of a module', 4096).optional(),
  function: text('the name of an export or a class', 256).optional(),
  script: file.optional(),
  args: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())], 'a map or a list').optional(),
  depends_on: listOf(text('the name of a step'), 'a list of names of steps').optional(),
  parallel: truth.optional(),
  cache_key: text('a text').optional(),
  cache: z.literal('auto', '`auto`').optional(),
  success: successSchema.optional(),
  retry: retrySchema.optional(),
  timeout: duration.optional(),
  requires_process: truth.optional(),
  continue_on_error: truth.optional(),
  env: z
    .union(
      [z.array(envName), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()], ENV_VALUE))],
      ENV_PHRASE,
    )
    .optional(),
  reads: listOf(contextKey, 'a list of context keys').optional(),
  inputs: listOf(file, 'a list of files').optional(),
  outputs: listOf(file, 'a list of files').optional(),
})

/** What a recipe file holds. */
export const recipeSchema = z.strictObject({
  name: text('a text of at most 200 characters', 200).optional(),
  description: z.string('a text').optional(),
  test_meta: z.record(z.string(), z.unknown(), 'a map').optional().describe('Free-form; kept in the plan'),
  concurrency: whole(1, 100_000).optional().describe('Steps at once'),
  timeout: duration.optional().describe('Of the whole run'),
  conflict: z
    .enum(['fail_on_conflict', 'last_write_wins'], '`fail_on_conflict` or `last_write_wins`')
    .optional()
    .describe('When parallel steps write the same key'),
  steps: z.array(stepSchema, 'a list of steps').min(1, 'a list of at least one step'),
})

/** Why a text is no context key; `undefined` if it is one. */
export function keyError(key: string): ContextError | undefined {
  try {
    parseKey(key)
    return undefined
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
}

export type Recipe = z.output<typeof recipeSchema>
export type RecipeStep = z.output<typeof stepSchema>
