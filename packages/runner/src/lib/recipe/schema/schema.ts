import { ContextError, parseKey } from '@lorc/context'
import * as z from 'zod'
import { durationMs, isDuration, MAX_DURATION_MS } from '../duration.ts'
import { STEP_NAME } from '../step-name.ts'

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
export const duration = z
  .union([z.number(), z.string()], DURATION_PHRASE)
  .refine(isDuration, { error: DURATION_PHRASE, abort: true })
  .refine((value) => durationMs(value) !== undefined, DURATION_RANGE)
  .describe('Seconds, or a number with ms, s, m or h')

const KEY_PHRASE = 'a context key like `numbers.stats_v1`'
export const contextKey = z.string(KEY_PHRASE).refine((key) => keyError(key) === undefined, KEY_PHRASE)
const file = text('a path relative to the workspace', 4096)

const ENV_VALUE = 'a text, a number, or true or false'
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const ENV_PHRASE = 'a list of names of environment variables, or a map of names to values'
const envName = z.string('the name of an environment variable').regex(ENV_NAME, 'the name of an environment variable')

const ON_PHRASE = 'an error code, a status or an exit code'

export const retrySchema = z.strictObject({
  max: whole(1, 1000).describe('Attempts in all, the first included'),
  delay_sec: number(0, MAX_SECONDS).optional().describe('Seconds before the second attempt; default 0'),
  backoff: z.enum(['fixed', 'exponential'], '`fixed` or `exponential`').optional().describe('Default fixed'),
  factor: number(1, 1000).optional().describe('Growth of the delay with exponential backoff; default 2'),
  max_delay_sec: number(0, MAX_SECONDS).optional().describe('The longest delay; default 300'),
  jitter: number(0, 1).optional().describe('Share of the delay that is drawn at random; default 0'),
  on: z
    .array(z.union([text(ON_PHRASE), z.int(ON_PHRASE)], ON_PHRASE), 'a list of error codes')
    .min(1, 'a list of error codes')
    .optional()
    .describe('Codes, statuses of an answer or exit codes worth another attempt; default all'),
})

const CEL_PHRASE = 'an expression (CEL)'
const cel = text(CEL_PHRASE)

export const successSchema = z.strictObject({
  ctx_has_keys: listOf(contextKey, 'a list of context keys').optional().describe('Keys that must be there then'),
  when: cel.optional().describe('CEL that must be true then; it sees what the step wrote'),
})

const ITEMS_PHRASE = 'an expression (CEL) that gives a list, or a list'
const items = z.union([cel, z.array(z.unknown())], ITEMS_PHRASE)
const atOnce = whole(1, 100_000).describe('Items at once; default as many as the run has slots')

export const forEachMapSchema = z.strictObject({
  items: items.describe('CEL that gives a list, or a list'),
  max_parallel: atOnce.optional(),
})

export const concurrencyGroupSchema = z.strictObject({
  name: text('the name of a group', 200).describe('May hold ${{ }}'),
  limit: whole(1, 100_000).describe('Steps of the group at once, in all runs of the store'),
})

const SCHEMA_PHRASE = 'a JSON Schema, or the name of a type'
const shape = z.union([z.string(), z.record(z.string(), z.unknown()), z.boolean()], SCHEMA_PHRASE)

const STATUS_PHRASE = 'a status code (`200`) or a class of them (`2xx`)'
const status = z.union(
  [z.int().min(100, STATUS_PHRASE).max(599, STATUS_PHRASE), z.string().regex(/^[1-5]xx$/, STATUS_PHRASE)],
  STATUS_PHRASE,
)
const TIME_PHRASE = 'a time: `2026-01-31`, `2026-01-31T12:00:00Z`, or back from the start of the run: `30m`, `24h`, `7d`, `2w`'
const METHOD_PHRASE = 'the method of a request, like `GET` or `POST`'

const environment = z.union(
  [z.array(envName), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()], ENV_VALUE))],
  ENV_PHRASE,
)

export const stepSchema = z.strictObject({
  idx: z.int('a whole number').optional().describe('Place in the order; steps of the same idx run together'),
  name: z.string(NAME_PHRASE).regex(STEP_NAME, NAME_PHRASE).describe('Unique in the recipe, also where case is ignored'),
  type: text('the type of a step').describe('node, python, shell, http, job, module, recipe or approval'),
  module: text('the name or path of a module', 4096)
    .optional()
    .describe('A file or package of a node step; a dotted name of a python step; a name of the configuration, of a module step'),
  function: text('the name of an export or a class', 256)
    .optional()
    .describe('An export of a node module, or default; a class of a python module'),
  script: file.optional().describe('The script of a shell step, relative to the workspace'),
  args: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], 'a map or a list')
    .optional()
    .describe('What the step is called with; may hold ${{ }}'),
  depends_on: listOf(text('the name of a step'), 'a list of names of steps')
    .optional()
    .describe('Waits for exactly these; default: every step before it'),
  parallel: truth.optional().describe('May run together with its neighbours'),
  cache_key: text('a text').optional().describe('With the same one, a step that has completed is not run again'),
  cache: z
    .literal('auto', '`auto`')
    .optional()
    .describe('Not run again while its definition, code, arguments, keys and files are the same'),
  success: successSchema.optional().describe('What must hold when the step is done'),
  retry: retrySchema.optional().describe('When and how often it is tried again'),
  timeout: duration.optional().describe('Of each attempt'),
  requires_process: truth.optional().describe('Runs in a process of its own'),
  continue_on_error: truth.optional().describe('Its dependents run even if it failed'),
  env: environment.optional().describe('Names of variables to pass on, or values to set'),
  reads: listOf(contextKey, 'a list of context keys').optional().describe('Keys that a shell step finds in LORC_CONTEXT'),
  inputs: z
    .union([listOf(file, 'a list of files'), z.record(z.string(), z.unknown())], 'a list of files, or of a module step a map')
    .optional()
    .describe('Files that the step reads; what a module gets as inputs, which may hold ${{ }}'),
  parameters: z.record(z.string(), z.unknown(), 'a map').optional().describe('What a module gets as parameters, beside the seed; may hold ${{ }}'),
  outputs: listOf(file, 'a list of files').optional().describe('Files that the step writes'),
  when: cel.optional().describe('CEL; false: the step is skipped'),
  for_each: z
    .union([cel, z.array(z.unknown()), forEachMapSchema], `${ITEMS_PHRASE}, or a map of items and max_parallel`)
    .optional()
    .describe('Runs the step once for each item'),
  max_parallel: atOnce.optional(),
  produces: z
    .union([z.array(contextKey), z.record(z.string(), shape)], 'a list of context keys, or a map of them to schemas')
    .optional()
    .describe('Context keys that the step writes, and their shapes'),
  priority: whole(-1000, 1000).optional().describe('Of steps that could start, those with a higher one do first'),
  concurrency_group: z
    .union([text('the name of a group', 200), concurrencyGroupSchema], 'the name of a group, or a map of name and limit')
    .optional()
    .describe('Steps that name the same group run one at a time, in all runs of the store'),
  method: z.string(METHOD_PHRASE).regex(/^[A-Za-z]{3,10}$/, METHOD_PHRASE).optional().describe('Default GET'),
  url: text('a URL').optional().describe('Of the request of an http step'),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()], ENV_VALUE), 'a map of names to values').optional().describe('Of the request'),
  body: z.unknown().optional().describe('A text is sent as it is, anything else as JSON'),
  expect: z
    .union([status, z.array(status).min(1, STATUS_PHRASE)], `${STATUS_PHRASE}, or a list of them`)
    .optional()
    .describe('What is a success; default 2xx'),
  set: z.record(z.string(), cel, 'a map of context keys to expressions (CEL)').optional().describe('CEL over response, or over the result of a job'),
  recipe: file.optional().describe('The recipe that the step runs, relative to the workspace'),
  params: z.record(z.string(), z.unknown(), 'a map').optional().describe('Parameters of that recipe, or of that job'),
  keys: listOf(contextKey, 'a list of context keys').optional().describe('Keys of that run that become keys of this one'),
  package: text('the name of a package', 214).optional().describe('An installed package that declares jobs'),
  job: text('the name of a job', 200).optional().describe('The job of the package that the step runs'),
  account: text('a text').optional().describe('Whose data the job works on'),
  since: text(TIME_PHRASE).optional().describe('From when on the job works: a date, an instant, or back from the start of the run (7d)'),
  until: text(TIME_PHRASE).optional().describe('Up to when'),
  message: text('a text').optional().describe('What is asked of who approves'),
  approvers: listOf(text('a name'), 'a list of names').min(1, 'a list of names').optional().describe('Who may decide'),
})

export const scheduleSchema = z.strictObject({
  cron: text('a cron expression like `0 6 * * 1-5`', 200).describe('Minute, hour, day of the month, month, day of the week; or @hourly, @daily and the like'),
  timezone: text('the name of a time zone like `Europe/Berlin`', 100).optional().describe('Default UTC'),
  catch_up: z
    .enum(['none', 'last', 'all'], '`none`, `last` or `all`')
    .optional()
    .describe('Which of the times that nobody was there for are made up for; default none'),
  overlap: z
    .enum(['skip', 'queue', 'cancel_running'], '`skip`, `queue` or `cancel_running`')
    .optional()
    .describe('When the run of an earlier time still goes on; default skip'),
})

/** What a recipe file holds. */
export const recipeSchema = z.strictObject({
  name: text('a text of at most 200 characters', 200).optional().describe('What runs of the recipe are listed under'),
  description: z.string('a text').optional().describe('What the recipe is for'),
  test_meta: z.record(z.string(), z.unknown(), 'a map').optional().describe('Free-form; kept in the plan'),
  concurrency: whole(1, 100_000).optional().describe('Steps at once'),
  timeout: duration.optional().describe('Of the whole run'),
  conflict: z
    .enum(['fail_on_conflict', 'last_write_wins'], '`fail_on_conflict` or `last_write_wins`')
    .optional()
    .describe('When parallel steps write the same key, or put out the same file'),
  deadline: duration.optional().describe('From the start of the run, pauses and resumes included'),
  schedule: z
    .union([text('a cron expression', 200), scheduleSchema], 'a cron expression, or a map of cron, timezone, catch_up and overlap')
    .optional()
    .describe('When `lorc serve` starts runs of the recipe by itself'),
  params: z
    .record(z.string(), z.unknown(), 'a map of parameters')
    .optional()
    .describe('By name: a default, the name of a type, or a JSON Schema; or one JSON Schema of an object'),
  env: environment.optional().describe('For every step; a step that has a variable in its own env sees that one'),
  secrets: listOf(envName, 'a list of names of environment variables')
    .optional()
    .describe('Variables whose values are masked wherever they would be seen'),
  steps: z.array(stepSchema, 'a list of steps').min(1, 'a list of at least one step').describe('In their order'),
  on_success: z.array(stepSchema, 'a list of steps').optional().describe('Steps for when the others have completed'),
  on_failure: z.array(stepSchema, 'a list of steps').optional().describe('Steps for when one has failed'),
  always: z.array(stepSchema, 'a list of steps').optional().describe('Steps for the end, whatever it is'),
})

/** Why a text is not a context key; `undefined` if it is one. */
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
