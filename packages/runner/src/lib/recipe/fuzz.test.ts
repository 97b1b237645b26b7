import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { ERROR_CODES } from '../errors.ts'
import { planSchema } from '../plan.ts'
import { checkPlan } from './check-plan.ts'
import { compileRecipe } from './compile.ts'
import { formatProblem } from './format.ts'

/** Whatever a recipe is: a plan that can be run, or problems that can be shown. Never a throw. */
function holds(source: string | Uint8Array): void {
  const { plan, problems } = compileRecipe(source, { file: 'fuzz.yaml', limits: { tokens: 20_000 } })
  expect(plan === undefined).toBe(problems.length > 0)
  if (plan) expect(checkPlan(plan)).toEqual(planSchema.parse(plan))
  let before = 0
  for (const problem of problems) {
    expect(ERROR_CODES).toHaveProperty(problem.code)
    expect(problem.message).toMatch(/^[^\n]+$/)
    expect(problem.line).toBeGreaterThanOrEqual(before)
    expect(problem.column).toBeGreaterThanOrEqual(1)
    expect(problem.endColumn).toBeGreaterThan(problem.column)
    expect(formatProblem(problem)).toContain(problem.code)
    before = problem.line
  }
}

const SEED = `name: demo
test_meta: { test_id: T-1 }
concurrency: 2
timeout: 1h
deadline: 3h
params: { days: 7, region: string, window: { type: object, properties: { from: { type: string } } } }
env: { STAGE: "\${{ params.region }}" }
secrets: [API_KEY]
steps:
  - idx: 1
    name: load
    type: node
    module: steps/load.ts
    function: default
    args: &args { rows: [1, 2.5, "x"], on: true }
    retry: &retry { max: 3, delay_sec: 0.5, backoff: exponential, on: [STEP_TIMEOUT] }
    outputs: [out/a.csv]
  - idx: 2
    name: clean
    type: shell
    script: scripts/clean.sh
    args: [--fast, *args]
    retry: *retry
    depends_on: [load]
    timeout: 30s
    env: { MODE: fast }
    when: params.days > 1 && has(ctx.a.b_v1)
    concurrency_group: { name: "db-\${{ params.region }}", limit: 2 }
    priority: 3
  - name: stats
    type: python
    module: steps.stats
    function: Stats
    parallel: true
    reads: [a.b_v1]
    success:
      ctx_has_keys: [numbers.stats_v1]
      when: ctx.numbers.stats_v1.mean > 0.0
    produces: { numbers.stats_v1: { type: object, properties: { mean: { type: number } } } }
    cache: auto
  - name: fetch
    type: http
    url: https://example.org/\${{ item.id }}
    for_each: '[{"id": 1}, {"id": 2}]'
    max_parallel: 2
    expect: [200, 3xx]
    set: { api.rows_v1: response.body }
  - name: ask
    type: approval
    message: Publish \${{ ctx.numbers.stats_v1.mean }}?
    approvers: [ann]
    timeout: 1h
on_failure:
  - { name: tell, type: shell, script: scripts/tell.sh, args: ["\${{ steps.load.status }}"] }
always:
  - { name: tidy, type: shell, script: scripts/tidy.sh }
`

const FRAGMENTS = [
  '\n',
  '  ',
  '\t',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '*args',
  '!!js ',
  '"',
  "'",
  '|\n',
  '>-\n',
  '#',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '<<: ',
  '? ',
  '__proto__: ',
  '~',
  '.nan',
  '1e999',
  '1e20',
  '\u0000',
  '\uFEFF',
  '\u{1F600}',
  'depends_on: [stats]',
  'idx: 1',
  'name: load',
  'parallel: true',
  '../../x',
  '${{ x }}',
  '${{ params.days }}',
  '${{ "}}',
  'for_each: [1]',
  'when: "1"',
  'on_success:\n',
]

const mutation = fc.record({
  at: fc.nat({ max: SEED.length }),
  drop: fc.nat({ max: 30 }),
  put: fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary', maxLength: 4 })),
})

test('mutated recipes', () => {
  const mutated = fc
    .array(mutation, { minLength: 1, maxLength: 6 })
    .map((mutations) =>
      mutations.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), SEED),
    )
  fc.assert(fc.property(mutated, holds), { numRuns: 250 })
})

test('shuffled lines', () => {
  const lines = SEED.split('\n')
  const shuffled = fc.array(fc.record({ line: fc.constantFrom(...lines), indent: fc.nat({ max: 6 }) }), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(
      shuffled.map((all) => all.map(({ line, indent }) => ' '.repeat(indent) + line.trimStart()).join('\n')),
      holds,
    ),
    { numRuns: 500 },
  )
})

test('any bytes and any text', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), holds), { numRuns: 200 })
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns: 200 })
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((all) => all.join('')),
      holds,
    ),
    { numRuns: 300 },
  )
})

const FIELDS = [
  'idx',
  'name',
  'type',
  'module',
  'function',
  'script',
  'args',
  'depends_on',
  'parallel',
  'cache',
  'cache_key',
  'success',
  'ctx_has_keys',
  'retry',
  'max',
  'delay_sec',
  'max_delay_sec',
  'on',
  'timeout',
  'env',
  'reads',
  'inputs',
  'outputs',
  'steps',
  'test_meta',
  'when',
  'for_each',
  'items',
  'max_parallel',
  'produces',
  'priority',
  'concurrency_group',
  'limit',
  'url',
  'expect',
  'set',
  'body',
  'recipe',
  'params',
  'message',
  'approvers',
  'secrets',
  'deadline',
  'on_failure',
  'always',
  'properties',
  'default',
  'constructor',
  'zzz',
]

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      0,
      1,
      -1,
      1.5,
      2 ** 53,
      '',
      'a',
      'b',
      'node',
      'shell',
      'python',
      'auto',
      '30s',
      'x.y_v1',
      '../x',
      'a/b',
      'STEP_FAILED',
      '${{ params.a }}',
      'item > 1',
      'integer',
      'object',
      'http',
      'approval',
      'recipe',
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 8, noNullPrototype: true }),
  ),
}))

test('any structure', () => {
  const steps = fc.array(fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 10, noNullPrototype: true }), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(fc.oneof(value, fc.record({ steps })), (recipe) => holds(stringify(recipe))),
    { numRuns: 150 },
  )
})

const step = fc.record(
  {
    idx: fc.integer({ min: 0, max: 3 }),
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    type: fc.constant('shell'),
    script: fc.constant('x.sh'),
    parallel: fc.boolean(),
    depends_on: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }),
    outputs: fc.uniqueArray(fc.constantFrom('o1', 'o2'), { maxLength: 1 }),
  },
  { requiredKeys: ['name', 'type', 'script'] },
)

test('well-formed recipes whose steps may not fit together', () => {
  const recipe = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 6 }) })
  fc.assert(
    fc.property(recipe, (made) => holds(stringify(made))),
    { numRuns: 300 },
  )
})
