import { STEP_NAME } from '../step-name.ts'
import { parseKey } from '@lorc/context'
import { durationMs, MAX_DURATION_MS } from '../duration.ts'
import type { Recipe } from './schema.ts'

type Test = (value: unknown) => boolean

const MAX_SECONDS = Math.floor(MAX_DURATION_MS / 1000)

const isText = (max = 10_000): Test => (value) => typeof value === 'string' && value !== '' && value.length <= max
const isWhole = (min: number, max: number): Test => (value) => Number.isSafeInteger(value) && within(value as number, min, max)
const isNumber = (min: number, max: number): Test => (value) => typeof value === 'number' && within(value, min, max)
const isMap: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isTruth: Test = (value) => typeof value === 'boolean'
const isScalar: Test = (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
const isDuration: Test = (value) =>
  (typeof value === 'number' || typeof value === 'string') && durationMs(value) !== undefined
const isKey: Test = (value) => {
  try {
    return typeof value === 'string' && parseKey(value).version > 0
  } catch {
    return false
  }
}
const isName: Test = (value) => typeof value === 'string' && STEP_NAME.test(value)
const isEnvName: Test = (value) => typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)
const isStatus: Test = (value) => isWhole(100, 599)(value) || (typeof value === 'string' && /^[1-5]xx$/.test(value))
const isOne =
  (...values: string[]): Test =>
  (value) =>
    values.includes(value as string)
const either =
  (...tests: Test[]): Test =>
  (value) =>
    tests.some((test) => test(value))
const listOf =
  (test: Test, least = 0): Test =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(test)
const mapOf =
  (test: Test): Test =>
  (value) =>
    isMap(value) && Object.values(value as object).every(test)

/** A map with these fields and no others. */
function shape(fields: Readonly<Record<string, Test>>, ...required: string[]): Test {
  const tests = new Map(Object.entries(fields))
  return (value) => {
    if (!isMap(value)) return false
    const map = value as Readonly<Record<string, unknown>>
    for (const key of Object.keys(map)) if (tests.get(key)?.(map[key]) !== true) return false
    return required.every((key) => Object.hasOwn(map, key))
  }
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

const isAny: Test = () => true
const isList: Test = Array.isArray
const isItems = either(isText(), isList)
const isEnvironment = either(listOf(isEnvName), mapOf(isScalar))

const isRetry = shape(
  {
    max: isWhole(1, 1000),
    delay_sec: isNumber(0, MAX_SECONDS),
    backoff: isOne('fixed', 'exponential'),
    factor: isNumber(1, 1000),
    max_delay_sec: isNumber(0, MAX_SECONDS),
    jitter: isNumber(0, 1),
    on: listOf(either(isText(), Number.isSafeInteger), 1),
  },
  'max',
)

const isStep = shape(
  {
    idx: Number.isSafeInteger,
    name: isName,
    type: isText(),
    module: isText(4096),
    function: isText(256),
    script: isText(4096),
    args: either(isMap, isList),
    depends_on: listOf(isText()),
    parallel: isTruth,
    cache_key: isText(),
    cache: isOne('auto'),
    success: shape({ ctx_has_keys: listOf(isKey), when: isText() }),
    retry: isRetry,
    timeout: isDuration,
    requires_process: isTruth,
    continue_on_error: isTruth,
    env: isEnvironment,
    reads: listOf(isKey),
    inputs: either(listOf(isText(4096)), isMap),
    outputs: listOf(isText(4096)),
    when: isText(),
    for_each: either(isItems, shape({ items: isItems, max_parallel: isWhole(1, 100_000) }, 'items')),
    max_parallel: isWhole(1, 100_000),
    produces: either(listOf(isKey), mapOf(either((value) => typeof value === 'string', isMap, isTruth))),
    priority: isWhole(-1000, 1000),
    concurrency_group: either(isText(200), shape({ name: isText(200), limit: isWhole(1, 100_000) }, 'name', 'limit')),
    method: (value) => typeof value === 'string' && /^[A-Za-z]{3,10}$/.test(value),
    url: isText(),
    headers: mapOf(isScalar),
    body: isAny,
    expect: either(isStatus, listOf(isStatus, 1)),
    set: mapOf(isText()),
    recipe: isText(4096),
    params: isMap,
    parameters: isMap,
    keys: listOf(isKey),
    package: isText(214),
    job: isText(200),
    account: isText(),
    since: isText(),
    until: isText(),
    message: isText(),
    approvers: listOf(isText(), 1),
  },
  'name',
  'type',
)

const isRecipe = shape(
  {
    name: isText(200),
    description: (value) => typeof value === 'string',
    test_meta: isMap,
    concurrency: isWhole(1, 100_000),
    timeout: isDuration,
    conflict: isOne('fail_on_conflict', 'last_write_wins'),
    deadline: isDuration,
    params: isMap,
    env: isEnvironment,
    secrets: listOf(isEnvName),
    steps: listOf(isStep, 1),
    on_success: listOf(isStep),
    on_failure: listOf(isStep),
    always: listOf(isStep),
  },
  'steps',
)

/**
 * Whether a value fits `recipeSchema`, told without loading what the schema is made of: most recipes that are run have
 * no problem. It never says yes where the schema says no; a test holds the two together.
 */
export function fitsSchema(value: unknown): value is Recipe {
  return isRecipe(value)
}
