import { describe, expect, test } from 'vitest'
import { planSchema, type Plan } from '../plan.ts'
import { checkPlan } from './check-plan.ts'
import { compileRecipe } from './compile.ts'

function plan(source: string, subPlans: ReadonlyMap<string, Plan> = new Map()): Plan {
  const compiled = compileRecipe(source, { file: 'recipes/demo.yaml', subPlans })
  expect(compiled.problems).toEqual([])
  expect(planSchema.parse(compiled.plan)).toEqual(compiled.plan)
  expect(checkPlan(compiled.plan)).toEqual(compiled.plan)
  return compiled.plan!
}

const STEP = 'name: a, type: node, module: a.ts, function: a'
const step = (fields: string) => plan(`steps: [{ ${STEP}, ${fields} }]`).steps[0]!
const head = (text: string) => plan(`${text}\nsteps: [{ ${STEP} }]`)
const problems = (source: string, subPlans: ReadonlyMap<string, Plan> = new Map()) =>
  compileRecipe(source, { file: 'x.yaml', subPlans }).problems.map(({ message, fix }) => `${message}; ${fix ?? '-'}`)

describe('parameters', () => {
  test('tell how a default that is a map is written', () => {
    const of = (conf: string) => problems(`params: { conf: ${conf} }\nsteps: [{ ${STEP} }]`)
    expect(of('{ retries: 2, url: x }')).toEqual(['a map here is a schema, which has no keyword `retries`, `url`; write a default that is a map as `{ default: { ... } }`'])
    expect(of('{ tpe: string }')).toEqual(['`tpe` is not a keyword of a schema here; did you mean `type`?'])
    expect(of('{ default: { retries: 2 } }')).toEqual([])
  })

  test('are defaults, names of types, or schemas', () => {
    const { params } = head(`params:
  days: 7
  ratio: 0.5
  dry: false
  region: eu
  tags: [a]
  since: { type: string, format: date, default: '2026-01-01', description: From here }
  name: string
  limit: { default: 3, minimum: 1 }
  window: { type: object, properties: { from: { type: string } } }
  what: any
  note: null
  free: { type: any, default: x }
  day: { enum: [mon, tue], default: mon }
  days_back: { enum: [all, 1, 7], default: all }
  until: { anyOf: [{ type: integer }, { type: string, format: date }], default: 3 }`)
    expect(params).toEqual({
      type: 'object',
      properties: {
        days: { type: 'integer', default: 7 },
        ratio: { type: 'number', default: 0.5 },
        dry: { type: 'boolean', default: false },
        region: { type: 'string', default: 'eu' },
        tags: { type: 'array', default: ['a'] },
        since: { type: 'string', format: 'date', default: '2026-01-01', description: 'From here' },
        name: { type: 'string' },
        limit: { type: 'integer', default: 3, minimum: 1 },
        window: { type: 'object', properties: { from: { type: 'string' } } },
        what: {},
        note: { default: null },
        free: { default: 'x' },
        day: { type: 'string', enum: ['mon', 'tue'], default: 'mon' },
        days_back: { enum: ['all', 1, 7], default: 'all' },
        until: { anyOf: [{ type: 'integer' }, { type: 'string', format: 'date' }], default: 3 },
      },
      required: ['name', 'window', 'what'],
      additionalProperties: false,
    })
  })

  test('may be one JSON Schema', () => {
    const schema = { type: 'object', properties: { days: { type: 'integer' } }, required: ['days'] }
    expect(head(`params: ${JSON.stringify(schema)}`).params).toEqual(schema)
    expect(head('params: { type: string }').params).toMatchObject({ properties: { type: { type: 'string' } } })
    expect(head('params: {}').params).toEqual({ type: 'object', properties: {}, additionalProperties: false })
  })

  test('with a misspelt type have a fix that says what else was meant', () => {
    expect(problems(`params: { a: strng }\nsteps: [{ ${STEP} }]`)).toEqual([
      '`strng` is not a type of a parameter; did you mean `string`? Else write `{ default: strng }`',
    ])
  })
})

describe('the recipe', () => {
  test('has a deadline, env and secrets', () => {
    expect(head('deadline: 2h\nenv: [HOME, HOME]\nsecrets: [KEY, KEY]')).toMatchObject({
      deadlineMs: 7_200_000,
      env: { grant: ['HOME'], set: {} },
      secrets: ['KEY'],
    })
    expect(head('params: { n: 1 }\nenv: { N: "${{ params.n }}", M: 3 }').env).toEqual({
      grant: [],
      set: { N: '${{ params.n }}', M: '3' },
    })
  })

  test('has handlers, which are phases with an order of their own', () => {
    const { steps } = plan(`steps:
  - { name: a, type: shell, script: a.sh }
  - { name: b, type: shell, script: a.sh }
on_success: [{ name: ok, type: shell, script: a.sh }]
on_failure:
  - { name: tell, type: shell, script: a.sh, args: ["\${{ steps.b.error.message }}"] }
  - { name: page, type: shell, script: a.sh, depends_on: [tell] }
  - { name: last, type: shell, script: a.sh, idx: 9 }
always: [{ name: tidy, type: shell, script: a.sh }]`)
    expect(steps.map(({ name, phase, stage }) => [name, phase, stage])).toEqual([
      ['a', undefined, 0],
      ['b', undefined, 1],
      ['ok', 'on_success', 0],
      ['tell', 'on_failure', 0],
      ['page', 'on_failure', 1],
      ['last', 'on_failure', 2],
      ['tidy', 'always', 0],
    ])
  })

  test('may have handlers that write what others write: they never run together', () => {
    plan(`steps: [{ name: a, type: shell, script: a.sh, outputs: [r.md] }]
on_success: [{ name: b, type: shell, script: a.sh, outputs: [r.md] }]`)
  })
})

describe('a step', () => {
  test('may write one file for all of its items where these run one after the other', () => {
    plan('steps: [{ name: a, type: shell, script: a.sh, outputs: [r.md], for_each: "[1, 2]", max_parallel: 1 }]')
    plan('steps: [{ name: a, type: shell, script: a.sh, outputs: [r.md], for_each: { items: [1, 2], max_parallel: 1 } }]')
  })

  test.each<[string, object]>([
    ['when: run.attempt > 1', { when: 'run.attempt > 1' }],
    ['when: "${{ run.attempt > 1 }}"', { when: 'run.attempt > 1' }],
    ['success: { when: "true" }', { success: { when: 'true' } }],
    ['success: { when: "${{ true }}", ctx_has_keys: [a.b_v1] }', { success: { when: 'true', ctxHasKeys: ['a.b_v1'] } }],
    ['for_each: ctx.a.b_v1', { forEach: { items: 'ctx.a.b_v1' } }],
    ['for_each: "${{ ctx.a.b_v1 }}", max_parallel: 3', { forEach: { items: 'ctx.a.b_v1', maxParallel: 3 } }],
    ['for_each: { items: "[1]", max_parallel: 3 }', { forEach: { items: '[1]', maxParallel: 3 } }],
    [
      `for_each: [1, 1.5, -2, true, null, "a\\"b", [x], { k: "\${{ run.name }}" }, "n \${{ run.name }}!", 1e-7]`,
      { forEach: { items: '[1, 1.5, -2, true, null, "a\\"b", ["x"], {"k": (run.name)}, "n " + string(run.name) + "!", 1e-7]' } },
    ],
    ['for_each: { items: [] }', { forEach: { items: '[]' } }],
    ['produces: [a.b_v1]', { produces: { 'a.b_v1': true } }],
    [
      'produces: { a.b_v1: array, a.c_v1: any, a.d_v1: true, a.e_v1: { type: [string, "null"] } }',
      { produces: { 'a.b_v1': { type: 'array' }, 'a.c_v1': true, 'a.d_v1': true, 'a.e_v1': { type: ['string', 'null'] } } },
    ],
    ['priority: -5', { priority: -5 }],
    ['concurrency_group: db', { concurrencyGroup: { name: 'db', limit: 1 } }],
    ['concurrency_group: { name: "db-${{ run.name }}", limit: 4 }', { concurrencyGroup: { name: 'db-${{ run.name }}', limit: 4 } }],
  ])('%s', (fields, expected) => {
    expect(step(fields)).toEqual({ name: 'a', type: 'node', module: 'a.ts', function: 'a', stage: 0, ...expected })
  })

  test('of type http', () => {
    expect(plan('steps: [{ name: a, type: http, url: "https://example.org" }]').steps[0]).toEqual({
      name: 'a',
      type: 'http',
      stage: 0,
      http: { method: 'GET', url: 'https://example.org' },
    })
    const full = `steps: [{ name: a, type: http, method: post, url: 'https://e.org', headers: { n: 3, t: x }, body: { a: 1 }, expect: 201,
      set: { a.b_v1: "\${{ response.body }}", a.c_v1: response.status } }]`
    expect(plan(full).steps[0]!.http).toEqual({
      method: 'POST',
      url: 'https://e.org',
      headers: { n: '3', t: 'x' },
      body: { a: 1 },
      expect: [201],
      set: { 'a.b_v1': 'response.body', 'a.c_v1': 'response.status' },
    })
    expect(plan('steps: [{ name: a, type: http, url: "http://e.org/x", expect: [2xx, 404] }]').steps[0]!.http?.expect).toEqual(['2xx', 404])
  })

  test('of type approval', () => {
    expect(plan('steps: [{ name: a, type: approval }]').steps[0]).toEqual({ name: 'a', type: 'approval', stage: 0, approval: {} })
    expect(plan('steps: [{ name: a, type: approval, message: Go?, approvers: [ann, ann], timeout: 1h }]').steps[0]).toMatchObject({
      approval: { message: 'Go?', by: ['ann'] },
      timeoutMs: 3_600_000,
    })
  })
})

describe('a step that runs a recipe', () => {
  const child = plan('params: { day: string, n: 3 }\nsteps: [{ name: t, type: shell, script: t.sh }]')
  const subPlans = new Map([['recipes/child.yaml', child]])
  const source = (fields: string) => `steps: [{ name: a, type: recipe, recipe: ./recipes/child.yaml, ${fields} }]`

  test('holds its plan', () => {
    expect(plan(source('params: { day: "${{ run.name }}" }, keys: [a.b_v1, a.b_v1]'), subPlans).steps[0]).toEqual({
      name: 'a',
      type: 'recipe',
      stage: 0,
      recipe: { path: 'recipes/child.yaml', plan: child, params: { day: '${{ run.name }}' }, keys: ['a.b_v1'] },
    })
  })

  test.each([
    ['params: {}', '`./recipes/child.yaml` needs the parameter `day`; add `day:` to `params`'],
    ['params: { day: x, dy: 2 }', '`./recipes/child.yaml` has no parameter `dy`; did you mean `day`?'],
    ['params: { day: x, zebra: 2 }', '`./recipes/child.yaml` has no parameter `zebra`; it has `day`, `n`'],
    ['params: { day: 3 }', '`day` must be a text, not 3; -'],
  ])('%s: %s', (fields, problem) => {
    expect(problems(source(fields), subPlans)).toEqual([problem])
  })

  test('must not want a slot that the step holds meanwhile', () => {
    const inner = plan('steps: [{ name: w, type: shell, script: a.sh, concurrency_group: wh }]')
    const held = (group: string, within = inner) => problems(`steps: [{ name: a, type: recipe, recipe: inner.yaml, concurrency_group: ${group} }]`, new Map([['inner.yaml', within]]))
    const problem = 'the step `w` of `inner.yaml` would wait for ever for the group `wh`, which this step holds as long as it runs; give the two groups different names'
    expect([held('wh'), held('{ name: wh, limit: 3 }'), held('other'), held('"w${{ run.id }}"')]).toEqual([[problem], [problem], [], []])
    const deeper = plan('steps: [{ name: b, type: recipe, recipe: inner.yaml }]', new Map([['inner.yaml', inner]]))
    expect(held('wh', deeper)).toEqual([problem])
    expect(held('wh', plan('steps: [{ name: w, type: shell, script: a.sh, concurrency_group: { name: wh, limit: 2 } }]'))).toEqual([])
  })

  test('cannot be compiled without it', () => {
    expect(problems(source('params: {}'))).toEqual(['the recipe `./recipes/child.yaml` cannot be run; -'])
  })
})

test('fields have the names of other schedulers, too, in what is said of them', () => {
  const fixes = (text: string) => problems(text).map((said) => said.replace(/.*no field `(\w+)`; did you mean `(\w+)`\?/, '$1 $2'))
  expect(fixes('handlerOn: {}\ntags: [a]\nsteps: [{ name: a, type: shell, script: a.sh, retryPolicy: { limit: 3 }, continueOn: {}, trigger_rule: all_done, execution_timeout: 3 }]')).toEqual([
    'handlerOn on_failure',
    'tags test_meta',
    'retryPolicy retry',
    'continueOn continue_on_error',
    'trigger_rule continue_on_error',
    'execution_timeout timeout',
  ])
})

describe('what is known of types', () => {
  const PARAMS = `params:
  days: 7
  ratio: 0.5
  rows: { type: array, items: { type: object, properties: { id: { type: integer }, name: { type: string } } } }
  open: { type: object, properties: { a: { type: string } }, additionalProperties: true }
  counts: { type: object, additionalProperties: { type: integer } }
`
  const checks = (cel: string) => problems(`${PARAMS}steps: [{ ${STEP}, when: ${JSON.stringify(cel)} }]`)

  test.each([
    'params.days > 1 && params.days * 1.5 > 2.0',
    'params.ratio > 1 || params.ratio * 2 > 1.5',
    'params.rows[0].id == 3 && params.rows.exists(r, r.name.startsWith("a"))',
    'params.open.a == "x" && params.open.b == 3',
    'params.counts.anything + 1 > 2',
    'ctx.not.declared_v1.x.y == 3',
    'steps.a.status == "completed" && size(steps.a.outputs) == steps.a.attempts',
    'steps.a.error == null || steps.a.error.code == "STEP_TIMEOUT"',
    '"a.b_v1" in ctx && has(ctx.a.b_v1)',
    'run.failure != null && run.failure.step == "a" && run.failure["code"] == steps.a.error.code',
    'run.id != run.name',
  ])('%s is fine', (cel) => {
    expect(checks(cel)).toEqual([])
  })

  test.each([
    ['params.days.size() > 1', /no matching overload/],
    ['params.rows[0].nam == "x"', '`nam`; did you mean `name`?'],
    ['params.counts.x == "3"', /no such overload: int == string/],
    ['steps.a.attempts == "2"', /no such overload/],
    ['steps["b"].status == "x"', 'there is no step `b`; -'],
    ['steps.a.error.mesage == ""', 'there is no field `mesage`; did you mean `message`?'],
    ['run.failure == null || run.failure["exit_code"] == 3', 'there is no field `exit_code`; there are step, code, message'],
    ['"b" in steps', 'there is no step `b`; -'],
    ['has(params.dayz)', 'there is no parameter `dayz`; did you mean `days`?'],
    ['params.zebra > 1', 'there is no parameter `zebra`; the recipe has `days`, `ratio`, `rows`, `open`, `counts`'],
    ['needs.a.ok', 'there is no `needs` here; did you mean `steps`?'],
    ['zzz', /there is no `zzz` here; a text stands in quotes, "zzz"; a value begins with `params`/],
    ['[1].exists(run, run == 1)', /a variable cannot be called `run`/],
    ['params.rows', 'it must give true or false, not a list; -'],
    ['params.open', 'it must give true or false, not a map; -'],
  ])('%s is not', (cel, problem) => {
    expect(checks(cel).join('\n')).toEqual(typeof problem === 'string' ? expect.stringContaining(problem) : expect.stringMatching(problem))
  })

  test('of items follows the list', () => {
    const each = (items: string, cel: string) =>
      problems(`${PARAMS}steps: [{ ${STEP}, for_each: ${items}, args: { a: ${JSON.stringify(`\${{ ${cel} }}`)} } }]`)
    expect(each('params.rows', 'item.id + index')).toEqual([])
    expect(each('params.rows', 'item.name + index')).toEqual(['a text and a number cannot be added; make a text of the number: `string(x)`'])
    expect(each('"params.rows.map(r, r.id)"', 'item.name')).toHaveLength(1)
    expect(each('ctx.a.b_v1', 'item.anything')).toEqual([])
    expect(each('{ items: [a, b] }', 'item + 1')).toEqual(['a text and a number cannot be added; make a text of the number: `string(x)`'])
  })

  test('of keys follows what steps produce', () => {
    const two = (produces: string, cel: string) =>
      problems(`steps: [{ ${STEP}, ${produces} }, { name: b, type: shell, script: b.sh, when: '${cel}' }]`)
    expect(two('produces: { s.t_v1: { type: object, properties: { net: { type: number } } } }', 'ctx.s.t_v1.net > 1')).toEqual([])
    expect(two('produces: { s.t_v1: { type: object, properties: { net: { type: number } } } }', 'ctx.s.t_v1.nett > 1')).toEqual([
      'there is no field `nett`; did you mean `net`?',
    ])
    expect(two('produces: { s.t_v1: { type: integer } }, for_each: "[1]"', 'ctx.s.t_v1[0] > 1 && ctx.s.t_v1.exists(x, x == null)')).toEqual([])
    expect(two('produces: { s.t_v1: { type: integer } }, for_each: "[1]"', 'ctx.s.t_v1 > 1')).toHaveLength(1)
    expect(two('produces: { s.t_v1: { type: integer } }, for_each: "[1]", success: { when: ctx.s.t_v1 > 1 }', 'size(ctx.s.t_v1) > 1')).toEqual([])
    expect(two('produces: { s.t_v1: { type: integer } }, for_each: "[1]", success: { when: size(ctx.s.t_v1) > 1 }', 'true')).toHaveLength(1)
  })

  test('of variables that are of an item is refused where there is none yet', () => {
    const each = (fields: string) => problems(`steps: [{ ${STEP}, for_each: [1, 2], env: { A: "x\${{ index }}", B: "\${{ run.id }}" }, ${fields} }]`)
    expect(each('args: ["${{ env.A }}"], success: { when: env.A != "" }, concurrency_group: "${{ env.A }}", when: env.B != ""')).toEqual([])
    expect(each('when: env.A != ""')).toEqual([
      'the variable `A` is of an item, and this is evaluated before there is one; filter the items instead: `for_each: params.list.filter(x, ...)`',
    ])
  })

  test('of what a job returned is known in its `set`', () => {
    const job = (fields: string) => problems(`steps: [{ name: a, type: job, package: p, job: j, ${fields} }]`)
    expect(job('set: { s.t_v1: result.rows, s.u_v1: "size(steps.a.result)" }')).toEqual([])
    expect(job('account: "${{ result }}"')).toEqual(['`result` is known in the `set` of a job only; elsewhere it is `steps.NAME.result`'])
    expect(job('set: { s.t_v1: response }')).toHaveLength(1)
    expect(plan(`steps: [{ name: a, type: job, package: p, job: j, set: { s.t_v1: "\${{ result.rows }}" } }]`).steps[0]?.job?.set).toEqual({ 's.t_v1': 'result.rows' })
  })

  test('of variables follows what is granted', () => {
    const granted = (env: string, cel: string) =>
      problems(`env: [ALL]\nsteps: [{ ${STEP}, env: ${env}, args: ["\${{ ${cel} }}"] }]`)
    expect(granted('[MINE]', 'env.MINE + env.ALL')).toEqual([])
    expect(granted('{ MINE: x }', 'env.MINE')).toEqual([])
    expect(granted('[MINE]', 'env.MIND')).toEqual(['the step is not granted a variable `MIND`; did you mean `MINE`?'])
    expect(granted('[MINE]', 'env.OTHERS')).toEqual(['the step is not granted a variable `OTHERS`; grant it: `env: [OTHERS]`'])
  })

  test('of secrets is for the request of an http step that names them', () => {
    const uses = (step: string) => problems(`secrets: [KEY]\nenv: [KEY]\nsteps: [{ name: a, ${step} }]`)
    const http = 'type: http, url: "http://h/"'
    expect(uses(`${http}, env: [KEY], headers: { authorization: "\${{ env.KEY }}" }, body: { key: "\${{ env.KEY }}" }`)).toEqual([])
    expect(uses(`type: http, env: [KEY], url: "http://h/?key=\${{ env.KEY }}"`)).toEqual([])
    expect(uses(`${http}, headers: { authorization: "\${{ env.KEY }}" }`)).toEqual(['the step is not granted the secret `KEY`; grant it: `env: [KEY]`'])
    const nobody = ['`KEY` is a secret, which no expression sees but the url, headers and body of an http step; -']
    expect(uses(`${http}, env: [KEY], set: { a.b_v1: env.KEY }`)).toEqual(nobody)
    expect(uses(`${http}, env: { KEY: x, url: "\${{ env.KEY }}" }`)).toEqual(nobody)
    expect(uses('type: shell, script: a.sh, env: [KEY], args: ["${{ env.KEY }}"]')).toEqual(nobody)
  })

  test('steps whose names are not identifiers are named in brackets', () => {
    const source = `steps: [{ name: load-data, type: shell, script: a.sh, when: 'steps["load.data"].attempts > 0' }]`
    expect(problems(source)).toEqual(['there is no step `load.data`; did you mean `steps["load-data"]`?'])
  })
})
