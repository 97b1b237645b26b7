import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalize } from '../journal/canonical-json.ts'
import type { JsonValue } from '../json.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { checkPlan } from '../recipe/check-plan.ts'
import { compileRecipe } from '../recipe/compile.ts'
import { planToYaml } from '../recipe/from-plan.ts'
import { definePlan } from './define.ts'
import { planToSource } from './plan-source.ts'

const same = (plan: unknown): string => canonicalize(plan)

/** What the module exports, its import done and its `const`s kept. */
function evaluate(source: string): unknown {
  const script = source.replace(/^import .*\n/, '').replace('export default ', 'result = ')
  const sandbox: { definePlan: typeof definePlan; result?: unknown } = { definePlan }
  runInNewContext(script, sandbox)
  return sandbox.result
}

function fromYaml(text: string, plan: Plan): unknown {
  const subPlans = new Map(plan.steps.flatMap(({ recipe }) => (recipe?.path ? [[recipe.path, recipe.plan] as const] : [])))
  const { plan: compiled, problems } = compileRecipe(text, { file: 'x.yaml', subPlans })
  expect(problems).toEqual([])
  return compiled
}

const word = fc.stringMatching(/^[a-z]{1,6}$/)
const text = fc.oneof(word, fc.constantFrom("it's", '"q"', 'a: b', '# no', ' pad ', 'yes', '1e3', '0x1f', '~', 'null', '- x', 'ümlaut ☃', 'two\nlines', "\\'", '*a', '{x}', 'a\tb'))
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    text,
    fc.integer({ min: -1000, max: 1000 }),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((n) => (n === 0 ? 0 : n)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3 }),
  ),
})).value
const jsonMap = fc.dictionary(word, json, { maxKeys: 3 })
const ms = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 3000 }).map((seconds) => seconds * 1000))
const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const schema = fc.constantFrom<PlanStep['produces']>({ 'a.b_v1': true }, { 'a.b_v1': { type: 'string' } }, { 'a.c_v2': { type: 'object', properties: { x: { type: 'number' } } }, 'a.d_v1': true })
const environment = fc.oneof(
  fc.uniqueArray(fc.constantFrom('HOME_DIR', 'LANGUAGE', 'MODE'), { minLength: 1 }).map((grant) => ({ grant, set: {} })),
  fc.dictionary(fc.constantFrom('A', 'B_C', 'grant'), text, { minKeys: 1 }).map((set) => ({ grant: [], set })),
)
const retry = fc.record({
  max: fc.integer({ min: 1, max: 9 }),
  delayMs: fc.constantFrom(0, 1000, 1500),
  backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
  factor: fc.constantFrom(2, 1.5),
  maxDelayMs: fc.constantFrom(300_000, 500_000),
  jitter: fc.constantFrom(0, 0.5),
})

const common = fc.record({
  when: some(fc.constantFrom('true', 'run.attempt > 1')),
  retry: some(retry),
  timeoutMs: some(ms),
  continueOnError: some(fc.boolean()),
  produces: some(schema),
  priority: some(fc.integer({ min: -5, max: 5 })),
  concurrencyGroup: some(fc.record({ name: word, limit: fc.integer({ min: 1, max: 3 }) })),
  success: some(fc.constantFrom<PlanStep['success']>({ ctxHasKeys: ['a.b_v1'] }, { when: 'true' })),
})
const code = fc.record({
  forEach: some(fc.constantFrom<PlanStep['forEach']>({ items: '[1, 2]' }, { items: '[1, 2]', maxParallel: 2 })),
  args: some(fc.oneof(jsonMap, fc.constant({ run: '${{ run.id }}' }))),
  cache: some(fc.constantFrom<PlanStep['cache']>({ mode: 'auto' }, { mode: 'key', key: 'k ${{ run.name }}' })),
  env: some(environment),
  inputs: some(fc.constant<string[]>(['in.csv'])),
})
const node = fc.record({ module: fc.constant('a.mjs'), function: fc.constant('go'), requiresProcess: some(fc.boolean()) })
const child: Plan = { lorc: 1, name: 'child', params: { type: 'object', properties: { n: { type: 'integer', default: 3 } }, additionalProperties: false }, steps: [{ name: 'c', type: 'shell', script: 'c.sh', stage: 0 }] }
const subjects: fc.Arbitrary<Partial<PlanStep> & { type: string }> = fc.oneof(
  fc.tuple(code, node).map(([a, b]) => ({ type: 'node', ...a, ...b })),
  fc.tuple(code, fc.constant({ module: 'steps.load', function: 'Load' })).map(([a, b]) => ({ type: 'python', ...a, ...b })),
  fc.tuple(code, some(fc.array(text, { maxLength: 2 }))).map(([a, args]) => ({ ...a, type: 'shell', script: 'a.sh', args, reads: ['x.y_v1'] as string[] })),
  fc
    .record({ method: fc.constantFrom('GET', 'POST'), url: fc.constant('https://e.org/${{ run.id }}'), headers: some(fc.constant({ a: 'b' })), body: some(json), expect: some(fc.constantFrom<(string | number)[]>([200], ['2xx', 404])) })
    .map((http) => ({ type: 'http', http: clean(http) })),
  fc
    .record({ params: some(fc.oneof(jsonMap, fc.constant({ n: '${{ run.id }}' }))), account: some(word), since: some(fc.constantFrom('7d', '2026-01-31')), until: some(fc.constant('${{ run.id }}')), set: some(fc.constant({ 'api.rows_v1': 'result.rows' })) })
    .map((more) => ({ type: 'job', job: { package: '@acme/ingester', name: 'extract', ...clean(more) } })),
  fc.record({ message: some(text), by: some(fc.constant<string[]>(['ann'])) }).map((approval) => ({ type: 'approval', approval: clean(approval) })),
  fc.record({ params: some(fc.constant({ n: 4 })), keys: some(fc.constant<string[]>(['k.l_v1'])) }).map((more) => ({ type: 'recipe', recipe: { path: 'child.yaml', plan: child, ...clean(more) } })),
)

function clean<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}

interface Shape {
  subject: Partial<PlanStep> & { type: string }
  rest: Partial<PlanStep>
  /** Begins a stage of its own. */
  next: boolean
  deps: number[] | undefined
}
const shape: fc.Arbitrary<Shape> = fc.record({ subject: subjects, rest: common, next: fc.boolean(), deps: some(fc.array(fc.nat(5), { maxLength: 2 })) })

/** Steps of one phase: dense stages, dependencies on those before. */
function phaseOf(shapes: readonly Shape[], phase: NonNullable<PlanStep['phase']>): PlanStep[] {
  let stage = 0
  return shapes.map(({ subject, rest, next, deps }, i) => {
    if (i > 0 && next) stage++
    const dependsOn = deps && [...new Set(deps.filter((dep) => dep < i).map((dep) => `${phase}${dep}`))]
    const { when, timeoutMs, continueOnError } = rest
    const fitting = subject.type === 'approval' ? { when, timeoutMs, continueOnError } : rest
    return clean({ name: `${phase}${i}`, stage, dependsOn, ...fitting, ...subject, ...(phase !== 'main' && { phase }) })
  })
}

const plans: fc.Arbitrary<Plan> = fc
  .record({
    head: fc.record({
      name: text,
      description: some(text),
      meta: some(jsonMap.map(({ description: _, ...meta }) => meta)),
      concurrency: some(fc.integer({ min: 1, max: 9 })),
      timeoutMs: some(ms),
      deadlineMs: some(ms),
      conflict: some(fc.constantFrom('fail_on_conflict' as const, 'last_write_wins' as const)),
      schedule: some(fc.record({ cron: fc.constantFrom('@daily', '0 6 * * 1-5'), timezone: some(fc.constant('Europe/Berlin')), catchUp: some(fc.constantFrom('none' as const, 'all' as const)), overlap: some(fc.constantFrom('skip' as const, 'queue' as const)) })),
      env: some(environment),
      secrets: some(fc.constant<string[]>(['TOKEN'])),
      params: some(fc.constantFrom<Plan['params']>(child.params, { type: 'object', properties: { day: { type: 'string', default: 'mon' }, x: {}, n: { type: 'integer' } }, required: ['x', 'n'], additionalProperties: false }, { type: 'object', properties: { z: { type: 'string', minLength: 1 } } })),
    }),
    main: fc.array(shape, { minLength: 1, maxLength: 5 }),
    failure: fc.array(shape, { maxLength: 2 }),
    always: fc.array(shape, { maxLength: 2 }),
  })
  .map(({ head, main, failure, always }) => ({
    lorc: 1 as const,
    // Nobody gives a scheduled run its parameters.
    ...clean({ ...head, schedule: head.params?.['required'] ? undefined : head.schedule }),
    steps: [...phaseOf(main, 'main'), ...phaseOf(failure, 'on_failure'), ...phaseOf(always, 'always')],
  }))
  .filter((plan) => {
    try {
      checkPlan(plan)
      return true
    } catch {
      return false
    }
  })

describe('a plan that is converted', () => {
  it('is the same plan as TypeScript', () => {
    fc.assert(fc.property(plans, (plan) => void expect(same(evaluate(planToSource(plan)))).toBe(same(plan))), { numRuns: 100 })
  })

  it('is the same plan as a recipe, and from there as TypeScript', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const compiled = fromYaml(planToYaml(plan), plan) as Plan
        expect(same(compiled)).toBe(same(plan))
        expect(same(evaluate(planToSource(compiled)))).toBe(same(plan))
      }),
      { numRuns: 50 },
    )
  })
})

const sample: Plan = {
  lorc: 1,
  name: 'sales',
  params: { type: 'object', properties: { day: { type: 'string' }, top: { type: 'integer', default: 10 } }, required: ['day'], additionalProperties: false },
  steps: [
    { name: 'load', type: 'node', module: 'steps/sales.ts', function: 'load', args: { day: '${{ params.day }}' }, stage: 0, retry: { max: 3, delayMs: 2000, backoff: 'fixed', factor: 2, maxDelayMs: 300_000, jitter: 0 } },
    { name: 'mean', type: 'node', module: 'steps/sales.ts', function: 'default', stage: 1 },
    { name: 'sub', type: 'recipe', recipe: { path: 'child.yaml', plan: child, params: { n: 1 } }, stage: 1 },
    { name: 'tell', type: 'shell', script: 'tell.sh', stage: 2, dependsOn: ['mean'], timeoutMs: 30_000 },
    { name: 'alarm', type: 'http', http: { method: 'GET', url: 'https://example.com/${{ run.id }}' }, stage: 0, phase: 'on_failure' },
  ],
}

describe('what is written', () => {
  it('reads well as TypeScript', () => {
    expect(planToSource(sample)).toBe(`import { definePlan } from '@lorc/runner'

const subPlan = definePlan('child', { params: { n: 3 } })
  .shell('c', { script: 'c.sh' })
  .build()

export default definePlan('sales', { params: { day: 'string', top: 10 } })
  .node('load', {
    module: 'steps/sales.ts',
    function: 'load',
    args: { day: '\${{ params.day }}' },
    retry: { max: 3, delayMs: 2000 },
  })
  .parallel((steps) =>
    steps
      .node('mean', { module: 'steps/sales.ts' })
      .recipe('sub', { plan: subPlan, path: 'child.yaml', params: { n: 1 } })
  )
  .shell('tell', { script: 'tell.sh', dependsOn: ['mean'], timeoutMs: 30000 })
  .onFailure((steps) =>
    steps
      .http('alarm', { url: 'https://example.com/\${{ run.id }}' })
  )
  .build()
`)
  })

  it('reads well as a recipe', () => {
    expect(planToYaml(sample)).toBe(`name: sales
params:
  day: string
  top: 10
steps:
  - name: load
    type: node
    module: steps/sales.ts
    function: load
    args:
      day: \${{ params.day }}
    retry:
      max: 3
      delay_sec: 2
  - name: mean
    type: node
    parallel: true
    module: steps/sales.ts
    function: default
  - name: sub
    type: recipe
    parallel: true
    recipe: child.yaml
    params:
      n: 1
  - name: tell
    type: shell
    depends_on:
      - mean
    script: tell.sh
    timeout: 30
on_failure:
  - name: alarm
    type: http
    url: https://example.com/\${{ run.id }}
`)
  })

  it.each<[string, Partial<PlanStep>]>([
    ['waits for a step that is listed after it', { dependsOn: ['z'] }],
    ['reads a key that no step before it produces, where others say what they produce', { reads: ['a.x_v1'] }],
    ['has what goes with another type', { http: { method: 'GET', url: 'x' } }],
    ['has no place for its code', { module: undefined }],
    ['calls an export that is not named', { function: undefined }],
  ])('is one object where a step %s', (_, odd) => {
    const base = { type: 'node', module: 'a.mjs', function: 'go' }
    const steps = [{ ...base, name: 'a', stage: 0, produces: { 'a.b_v1': true as const } }, clean({ ...base, name: 'b', stage: 1, ...odd }), { ...base, name: 'z', stage: 2 }]
    const plan = { lorc: 1 as const, name: 'p', steps } as Plan
    const source = planToSource(plan)
    expect(source).toContain('export default definePlan({\n  lorc: 1,')
    expect(same(evaluate(source))).toBe(same(plan))
  })

  it('is one object where a chain of calls would be too long to be read', () => {
    const steps = Array.from({ length: 1001 }, (_, stage) => ({ name: `s${stage}`, type: 'shell', script: 'a.sh', stage }))
    expect(planToSource({ lorc: 1, name: 'p', steps })).toContain('export default definePlan({\n')
    expect(planToSource({ lorc: 1, name: 'p', steps: steps.slice(0, 1000) })).toContain("export default definePlan('p')\n")
  })

  it('is not written as a recipe where none can say it', () => {
    const plan = (more: Partial<PlanStep>): Plan => ({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 'node', module: 'a.mjs', function: 'go', stage: 0, ...more }] })
    expect(() => planToYaml(plan({ env: { grant: ['A'], set: { B: '1' } } }))).toThrow(
      'The plan cannot be written as a recipe: steps[0].env.grant[0] is not something that a recipe can say.',
    )
    expect(() => planToYaml(plan({ function: undefined }))).toThrow('has no `function`')
    const odd = plan({ type: 'mine' })
    expect(same(compileRecipe(planToYaml(odd), { file: 'x', types: ['mine'] }).plan)).toBe(same(odd))
  })
})
