import { describe, expect, test } from 'vitest'
import { planSchema } from '../plan.ts'
import { compileRecipe, type CompileOptions } from './compile.ts'

const GUIDELINES = `
test_meta:
  test_id: ID-123
  tester: user
  description: Demo
steps:
  - idx: 1
    name: compute_numbers
    type: python
    module: orchestrator.scriptlets.python.steps.compute_numbers
    function: ComputeNumbers
    args:
      src: orchestrator/Data/numbers.csv
    success:
      ctx_has_keys:
        - numbers.stats_v1
`

const COMPOSITE = `
steps:
  - idx: 1
    name: compute_numbers
    type: python
    module: orchestrator.scriptlets.python.steps.compute_numbers
    function: ComputeNumbers
    args: { src: orchestrator/Data/numbers.csv }
  - idx: 2
    name: compute_median
    type: python
    module: orchestrator.scriptlets.python.steps.compute_median
    function: ComputeMedian
    depends_on: [compute_numbers]
    success:
      ctx_has_keys:
        - numbers.median_v1
  - idx: 3
    name: aggregate_summary
    type: python
    module: orchestrator.scriptlets.python.steps.aggregate_summary
    function: AggregateSummary
    success:
      ctx_has_keys:
        - numbers.summary_table_v1
`

function plan(source: string | Uint8Array, options: Partial<CompileOptions> = {}) {
  const compiled = compileRecipe(source, { file: 'recipes/demo.yaml', ...options })
  expect(compiled.problems).toEqual([])
  expect(planSchema.parse(compiled.plan)).toEqual(compiled.plan)
  return compiled.plan!
}

const step = (fields: string) =>
  plan(`steps:\n  - { name: a, type: node, module: a.ts, function: a, ${fields} }\n`).steps[0]!
const base = { name: 'a', type: 'node', module: 'a.ts', function: 'a', stage: 0 }

describe('recipes of the original framework', () => {
  test('compile unchanged', () => {
    expect(plan(GUIDELINES)).toEqual({
      lorc: 1,
      name: 'ID-123',
      description: 'Demo',
      meta: { test_id: 'ID-123', tester: 'user', description: 'Demo' },
      steps: [
        {
          name: 'compute_numbers',
          type: 'python',
          module: 'orchestrator.scriptlets.python.steps.compute_numbers',
          function: 'ComputeNumbers',
          args: { src: 'orchestrator/Data/numbers.csv' },
          stage: 0,
          success: { ctxHasKeys: ['numbers.stats_v1'] },
        },
      ],
    })
  })

  test('keep their order', () => {
    const { name, steps } = plan(COMPOSITE)
    expect(name).toBe('demo')
    expect(steps.map((s) => [s.name, s.stage, s.dependsOn])).toEqual([
      ['compute_numbers', 0, undefined],
      ['compute_median', 1, ['compute_numbers']],
      ['aggregate_summary', 2, undefined],
    ])
  })

  test('have shell steps with lists of arguments, and cache keys', () => {
    const { steps } = plan(
      'steps:\n  - {idx: 1, name: s, type: shell, script: ./x/clean.sh, args: [a, 2, true, null], cache_key: "k"}\n',
    )
    expect(steps).toEqual([
      {
        name: 's',
        type: 'shell',
        script: 'x/clean.sh',
        args: ['a', 2, true, null],
        stage: 0,
        cache: { mode: 'key', key: 'k' },
      },
    ])
  })
})

describe('the recipe', () => {
  const steps = 'steps: [{ name: a, type: shell, script: a.sh }]\n'
  test.each([
    ['name: mine\ntest_meta: { test_id: T1 }\n', 'mine'],
    ['test_meta: { test_id: T1 }\n', 'T1'],
    ['test_meta: { test_id: 7 }\n', '7'],
    ['test_meta: { test_id: [] }\n', 'demo'],
    ['', 'demo'],
  ])('is called after %j: %s', (head, name) => {
    expect(plan(head + steps).name).toBe(name)
  })

  test.each([
    ['/abs/daily.recipe.YML', 'daily.recipe'],
    ['plain', 'plain'],
    ['.yaml', 'recipe'],
  ])('in the file %s is called %s', (file, name) => {
    expect(plan(steps, { file }).name).toBe(name)
  })

  test('has options of the whole run', () => {
    const head =
      'description: d\nconcurrency: 4\ntimeout: 1h\nconflict: last_write_wins\ntest_meta: { description: m }\n'
    expect(plan(head + steps)).toMatchObject({
      description: 'd',
      concurrency: 4,
      timeoutMs: 3_600_000,
      conflict: 'last_write_wins',
    })
  })

  test('may begin with a byte order mark, as text and as bytes', () => {
    expect(plan(`\uFEFF${steps}`).steps).toHaveLength(1)
    expect(plan(new TextEncoder().encode(`\uFEFF${steps}`)).steps).toHaveLength(1)
  })

  test('may have Windows line ends and a YAML 1.2 directive', () => {
    expect(plan(`%YAML 1.2\r\n---\r\n${steps.replace('\n', '\r\n')}`).steps).toHaveLength(1)
  })
})

describe('a step', () => {
  test.each([
    ['retry: { max: 3 }', { max: 3, delayMs: 0, backoff: 'fixed', factor: 2, maxDelayMs: 300_000, jitter: 0 }],
    [
      'retry: { max: 2, delay_sec: 0.5, backoff: exponential, factor: 3, max_delay_sec: 60, jitter: 0.2, on: [STEP_TIMEOUT, mine, 75] }',
      {
        max: 2,
        delayMs: 500,
        backoff: 'exponential',
        factor: 3,
        maxDelayMs: 60_000,
        jitter: 0.2,
        on: ['STEP_TIMEOUT', 'mine', 75],
      },
    ],
    [
      'retry: { max: 2, delay_sec: 600 }',
      { max: 2, delayMs: 600_000, backoff: 'fixed', factor: 2, maxDelayMs: 600_000, jitter: 0 },
    ],
  ])('has %s', (fields, retry) => {
    expect(step(fields)).toEqual({ ...base, retry })
  })

  test.each([
    ['30', 30_000],
    ['0.5', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['"5 m"', 300_000],
  ])('has the timeout %s', (timeout, timeoutMs) => {
    expect(step(`timeout: ${timeout}`)).toEqual({ ...base, timeoutMs })
  })

  test('has flags', () => {
    expect(step('requires_process: true, continue_on_error: false')).toEqual({
      ...base,
      requiresProcess: true,
      continueOnError: false,
    })
  })

  test('has a cache by what it is', () => {
    expect(step('cache: auto')).toEqual({ ...base, cache: { mode: 'auto' } })
  })

  test.each([
    ['env: [TOKEN, HOME, TOKEN]', { grant: ['TOKEN', 'HOME'], set: {} }],
    ['env: { PORT: 8080, DEBUG: true, NAME: x }', { grant: [], set: { PORT: '8080', DEBUG: 'true', NAME: 'x' } }],
  ])('has %s', (fields, env) => {
    expect(step(fields)).toEqual({ ...base, env })
  })

  test('names files in their shortest form, and once', () => {
    const fields = 'inputs: [./a//b.csv, a/b.csv], outputs: [x/../r.md], reads: [a.b_v1, _runner.step_metrics_v1]'
    expect(step(fields)).toEqual({
      ...base,
      inputs: ['a/b.csv'],
      outputs: ['r.md'],
      reads: ['a.b_v1', '_runner.step_metrics_v1'],
    })
  })

  test('waits for others by name, each once; for none with an empty list', () => {
    const { steps } = plan(`steps:
  - { name: a, type: shell, script: a.sh }
  - { name: b, type: shell, script: a.sh, depends_on: [a, a] }
  - { name: c, type: shell, script: a.sh, depends_on: [] }
`)
    expect(steps.map(({ dependsOn }) => dependsOn)).toEqual([undefined, ['a'], []])
  })

  test('may be of a type that the embedding program knows, with any code fields', () => {
    const source = 'steps: [{ name: a, type: wasm, module: "https://x", script: y }]'
    expect(plan(source, { types: ['wasm'] }).steps[0]).toMatchObject({ type: 'wasm', module: 'https://x', script: 'y' })
    expect(compileRecipe(source, { file: 'x' }).problems).toMatchObject([{ code: 'RECIPE_TYPE_UNKNOWN' }])
  })

  test('may name a package, also a scoped one', () => {
    expect(
      plan('steps: [{ name: a, type: node, module: "@acme/jobs/load", function: default }]').steps[0]?.module,
    ).toBe('@acme/jobs/load')
  })
})

describe('values', () => {
  test('are those of the YAML 1.2 core schema', () => {
    const { args } = step(
      'args: { a: yes, b: 010, c: 0x1F, d: 2026-01-09, e: ~, f: 1_000, g: 0o17, h: "1", 5: five, true: t, i: -1.5e3 }',
    )
    expect(args).toEqual({
      a: 'yes',
      b: 10,
      c: 31,
      d: '2026-01-09',
      e: null,
      f: '1_000',
      g: 15,
      h: '1',
      5: 'five',
      true: 't',
      i: -1500,
    })
  })

  test('may have the tags of the core schema', () => {
    expect(step('args: { a: !!str 1, b: ! x, c: !!map {} }').args).toEqual({ a: '1', b: 'x', c: {} })
  })

  test('may be repeated with aliases, each time anew', () => {
    const { steps } = plan(`steps:
  - { name: a, type: shell, script: a.sh, retry: &r { max: 3, on: &codes [STEP_TIMEOUT] }, args: &args { x: [1] } }
  - { name: b, type: shell, script: a.sh, retry: *r, args: *args }
  - { name: c, type: shell, script: a.sh, retry: { max: 2, on: *codes } }
`)
    expect(steps[1]?.retry).toEqual(steps[0]?.retry)
    expect(steps[1]?.args).toEqual({ x: [1] })
    expect(steps[1]?.args).not.toBe(steps[0]?.args)
    expect(steps[2]?.retry?.on).toEqual(['STEP_TIMEOUT'])
  })

  test('with expressions stay texts', () => {
    expect(step('args: ["${{ steps.a.status }}", "$HOME"]').args).toEqual(['${{ steps.a.status }}', '$HOME'])
  })

  test('of a refused key do not reach the plan, nor the prototype', () => {
    const { problems } = compileRecipe('test_meta: { __proto__: { polluted: true } }\nsteps: []', { file: 'x' })
    expect(problems.map(({ code }) => code)).toEqual(['RECIPE_KEY_FORBIDDEN', 'RECIPE_FIELD_VALUE'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('limits', () => {
  const file = 'x.yaml'
  const codes = (source: string, limits = {}) =>
    compileRecipe(source, { file, limits }).problems.map(({ code, line, column }) => `${line}:${column} ${code}`)

  test('on bytes', () => {
    expect(codes('steps: []', { bytes: 8 })).toEqual(['1:1 RECIPE_TOO_LARGE'])
    expect(codes(' '.repeat(3 * 2 ** 20), { bytes: 2 * 2 ** 20 })).toEqual(['1:1 RECIPE_TOO_LARGE'])
  })

  test('on tokens', () => {
    expect(codes(`steps: [${'1,'.repeat(100)}]`, { tokens: 50 })).toEqual(['1:38 RECIPE_TOO_LARGE'])
  })

  test('on depth, in flow and block style', () => {
    const flow = (depth: number) => `steps: ${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(codes(flow(63))).toEqual(['1:9 RECIPE_FIELD_TYPE'])
    expect(codes(flow(65))).toEqual(['1:72 RECIPE_TOO_DEEP'])
    expect(codes(flow(100_000))).toEqual(['1:72 RECIPE_TOO_DEEP'])
    expect(codes('- '.repeat(1000)).map((problem) => problem.split(' ')[1])).toEqual(['RECIPE_TOO_DEEP'])
  })

  test('on depth through aliases', () => {
    const nested = Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}n:`).join('\n')
    const inner = nested.replaceAll(/^/gm, '    ')
    const source = `test_meta:\n  deep: &deep\n${inner} 1\n  deeper:\n${inner} *deep\nsteps: []\n`
    expect(codes(source)).toContain('25:27 RECIPE_TOO_DEEP')
  })

  test('on what aliases add', () => {
    const level = (i: number) => `  l${i}: &l${i} [${`*l${i - 1}, `.repeat(9)}]`
    const levels = Array.from({ length: 9 }, (_, i) => level(i + 1)).join('\n')
    const bomb = `test_meta:\n  l0: &l0 [lol]\n${levels}\nsteps: []\n`
    expect(codes(bomb).map((problem) => problem.split(' ')[1])).toEqual(['RECIPE_ALIAS_BOMB'])
    expect(compileRecipe(bomb, { file }).problems[0]?.line).toBeGreaterThan(6)
  })
})

describe('positions', () => {
  const source = `steps:
  - name: a
    type: shell
    script: a.sh
    retry: &r { max: 3 }
    args:
      - x
  - { name: b, type: shell, script: a.sh, retry: *r }
`
  const { positions } = compileRecipe(source, { file: 'x' })
  test.each([
    [['steps', 0, 'name'], 'value', 2, 11, 12],
    [['steps', 0, 'name'], 'key', 2, 5, 9],
    [['steps', 0], 'value', 2, 5, 9],
    [['steps', 0, 'args'], 'value', 7, 7, 8],
    [['steps', 1, 'retry', 'max'], 'value', 5, 22, 23],
    [['steps', 1], 'value', 8, 5, 54],
    [['steps', 7, 'x'], 'value', 2, 3, 4],
    [[], 'value', 1, 1, 6],
  ] as const)('of %j (%s)', (path, of, line, column, endColumn) => {
    expect(positions.at(path, of)).toMatchObject({ line, column, endColumn })
  })

  test('of a recipe that cannot be read are its beginning', () => {
    expect(compileRecipe('a: [', { file: 'x' }).positions.at(['a'])).toMatchObject({ line: 1, column: 1 })
  })
})

test.each([
  ['steps/load.py', 'write `steps.load`'],
  ['./steps/load', 'write `steps.load`'],
  ['..load', 'write it as in an import statement: `steps.load`'],
  ['steps.my-load', 'write it as in an import statement: `steps.load`'],
])('the module %s of a python step is not a dotted name: %s', (module, fix) => {
  const { problems } = compileRecipe(`steps:\n  - { name: a, type: python, module: ${module}, function: A }\n`, { file: 'a.yaml' })
  expect(problems).toMatchObject([{ code: 'RECIPE_FIELD_VALUE', fix }])
})

test('a problem shows its line, its code, its path and a fix', () => {
  expect(
    compileRecipe('steps:\r\n  - { name: a, type: shell, script: a.sh, tiemout: 3 }\r\n', { file: 'r.yaml' }).problems,
  ).toEqual([
    {
      code: 'RECIPE_FIELD_UNKNOWN',
      message: 'a step has no field `tiemout`',
      file: 'r.yaml',
      line: 2,
      column: 43,
      endColumn: 50,
      snippet: '  - { name: a, type: shell, script: a.sh, tiemout: 3 }',
      fix: 'did you mean `timeout`?',
      path: 'steps[0].tiemout',
    },
  ])
})

test.each([
  ['parallel: "no"', 'write `false`'],
  ['timeout: [1]', undefined],
  ['idx: "3"', 'remove the quotes: 3'],
  ['cache_key: 5', "put it in quotes: `'5'`"],
  ['depends_on: b', 'write it as a list: `[b]`'],
  ['retry: { max: 2, backoff: fix }', 'did you mean `fixed`?'],
  ['reads: [numbers.rowCount]', 'write `numbers.row_count_v1`'],
  ['reads: [rows]', 'for example `results.rows_v1`'],
  ['needs: []', 'did you mean `depends_on`?'],
  ['zzz: 1', expect.stringContaining('its fields are idx, name, type')],
  ['cache: aut', 'did you mean `auto`?'],
  ['retry: 3', 'write `{ max: 3 }`: so many attempts in all'],
  ['timeout: 30sec', 'write `30s`'],
  ['timeout: 5 minutes', 'write `5m`'],
  ['timeout: 1.5 Hours', 'write `1.5h`'],
  ['timeout: 200 msec', 'write `200ms`'],
  ['timeout: 200 milliseconds', 'write `200ms`'],
  ['timeout: 2 months', undefined],
])('%s has a fix', (fields, fix) => {
  const { problems } = compileRecipe(`steps:\n  - { name: a, type: shell, script: a.sh, ${fields} }\n`, { file: 'x' })
  expect(problems).toHaveLength(1)
  expect(problems[0]?.fix).toEqual(fix)
})

describe('of very many problems', () => {
  const wrong = (count: number) => `steps: [${'{ x: 1 }, '.repeat(count)}]`

  test('the first are listed and the rest is counted', () => {
    const { problems } = compileRecipe(wrong(500), { file: 'x' })
    expect(problems).toHaveLength(1001)
    expect(problems.at(-1)).toMatchObject({ code: 'RECIPE_MORE_PROBLEMS', message: '500 more problems are not listed' })
    expect(compileRecipe(wrong(10), { file: 'x', limits: { problems: 30 } }).problems).toHaveLength(30)
  })

  test('in its syntax no more are looked for', () => {
    const { problems } = compileRecipe('- a: [,\n'.repeat(50), { file: 'x', limits: { problems: 10 } })
    expect(problems.length).toBeLessThanOrEqual(10)
    expect(problems[0]).toMatchObject({ code: 'RECIPE_YAML', line: 1 })
  })
})

test('near names are looked for in a bounded number of comparisons', () => {
  const count = 1500
  const names = ['load', ...Array.from({ length: count }, (_, i) => `of_another_length_${i}`)]
  const steps = names.map((name) => `  - { name: ${name}, type: shell, script: a.sh, depends_on: [laod] }\n`)
  const { problems } = compileRecipe(`steps:\n${steps.join('')}`, { file: 'x', limits: { problems: names.length } })
  expect(problems).toHaveLength(names.length)
  expect(problems[1]?.fix).toBe('did you mean `load`?')
  expect(problems.filter(({ fix }) => fix !== undefined).length).toBeLessThanOrEqual(1_000_000 / count + 1)
})
