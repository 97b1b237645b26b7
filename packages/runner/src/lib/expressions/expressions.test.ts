import { beforeAll, describe, expect, it } from 'vitest'
import { RunnerError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import { evaluate, evaluateCondition, evaluateItems, loadExpressions, resolveTemplates, resolveText } from './expressions.ts'
import type { Scope } from './scope.ts'
import { literally } from './template.ts'

const context: Record<string, JsonValue> = {
  'sales.rows_v1': [
    { id: 1, total: 2.5 },
    { id: 2, total: 4 },
  ],
  'sales.eu.totals_v12': { net: 7, note: null },
}

const scope: Scope = {
  params: { days: 7, ratio: 0.5, name: 'Ann', tags: ['a', 'b'], window: { from: '2026-01-01' } },
  ctx: (key) => context[key],
  steps: (name) =>
    name === 'load-data' || name === 'load'
      ? { status: 'completed', outputs: ['sales.rows_v1'], attempts: 2, error: null, result: { ids: [1, 2], none: null } }
      : undefined,
  item: { region: 'eu', rank: 3 },
  index: 4,
  run: { id: '0-run', name: 'nightly', attempt: 1, seed: 7, time: '2026-01-31T06:30:00.000Z' },
  env: () => ({ STAGE: 'test' }),
}

beforeAll(() => loadExpressions({ any: true, matches: true }))

function failure(cel: string, given: Scope = scope): string {
  try {
    evaluate(cel, given, '`when` of the step `load`')
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'EXPRESSION_FAILED') return error.details?.['reason'] as string
    throw error
  }
  throw new Error(`${cel} did not fail`)
}

describe('values', () => {
  it.each<[string, JsonValue]>([
    ['params.days + 1', 8],
    ['params.days * params.ratio', 3.5],
    ['params.ratio * params.days', 3.5],
    ['params.days / 2', 3],
    ['params.days - params.ratio', 6.5],
    ['params.ratio - params.days', -6.5],
    ['params.days + params.ratio', 7.5],
    ['params.ratio / params.days * 14.0', 1],
    ['params.days == 7.0 && params.days != 7.5', true],
    ['params["days"] > 3', true],
    ['params.window.from', '2026-01-01'],
    ['params', { ...scope.params }],
    ['ctx.sales.rows_v1[1].total', 4],
    ['ctx["sales.rows_v1"].map(row, row.id)', [1, 2]],
    ['ctx["sales." + "rows_v1"].size()', 2],
    ['ctx.sales.rows_v1.filter(row, row.total > 3).map(row, row.total * 1.5)', [6]],
    ['ctx.sales.rows_v1.map(row, ["a", "b"].map(name, {"id": row.id, "name": name})).flatten()', [1, 2].flatMap((id) => [{ id, name: 'a' }, { id, name: 'b' }])],
    ['[[1], [], [2, [3]], 4].flatten()', [1, 2, [3], 4]],
    ['ctx.sales.eu.totals_v12.net', 7],
    ['steps.load.result.ids[1] + 1', 3],
    ['has(steps.load.result.more) || steps.load.result.none == null', true],
    ['steps.load.result', { ids: [1, 2], none: null }],
    ['has(ctx.sales.none_v1)', false],
    ['has(ctx.sales.rows_v1)', true],
    ['has(ctx.sales.eu.totals_v12.net) && !has(ctx.sales.eu.totals_v12.gross)', true],
    ['has(ctx.sales.none_v1.rows)', false],
    ['"sales.rows_v1" in ctx && !("sales.none_v1" in ctx)', true],
    ['"load" in steps && !("lod" in steps)', true],
    ['steps.load.status == "completed" && steps["load-data"].attempts == 2', true],
    ['steps.load.outputs[0] in ctx', true],
    ['item.region + string(index)', 'eu4'],
    ['run.name + "/" + run.id', 'nightly/0-run'],
    ['env.STAGE', 'test'],
    ['has(env.OTHER)', false],
    ['"STAGE" in env', true],
    ['[1, "a", null, {"k": [true]}]', [1, 'a', null, { k: [true] }]],
    ['timestamp("2026-01-02T03:04:05Z") + duration("1h")', '2026-01-02T04:04:05.000Z'],
    ['duration("90s")', '90s'],
    ['string(timestamp("2026-01-02T03:04:05Z") - duration("24h")).substring(0, 10)', '2026-01-01'],
    ['string(duration("90m"))', '5400s'],
    ['string([1].map(n, timestamp("2026-01-02T03:04:05Z"))[0])', '2026-01-02T03:04:05.000Z'],
    ['uint(3)', 3],
    ['params.name.matches("^A.n$")', true],
    ['params.tags.exists(t, t == "b")', true],
    ['cel.bind(x, params.days, x * x)', 49],
  ])('%s', (cel, value) => {
    expect(evaluate(cel, scope)).toEqual(value)
  })

  it('evaluates an expression again for another scope', () => {
    expect(evaluate('params.days', { ...scope, params: { days: 1 } })).toBe(1)
    expect(evaluate('params.days', { ...scope, params: { days: 2 } })).toBe(2)
  })

  it('sees the values as they are now, and remembers only what cannot change', () => {
    const rows = [{ n: 1 }]
    const changing: Scope = { ...scope, ctx: () => rows }
    expect(evaluate('ctx.a.b_v1[0].n', changing)).toBe(1)
    rows[0]!.n = 2
    expect(evaluate('ctx.a.b_v1[0].n', changing)).toBe(2)
    const frozen = Object.freeze([Object.freeze({ n: 3 })]) as unknown as JsonValue
    const fixed: Scope = { ...scope, ctx: () => frozen }
    expect([evaluate('ctx.a.b_v1[0].n', fixed), evaluate('ctx.a.b_v1[0].n', fixed)]).toEqual([3, 3])
  })
})

describe('faults', () => {
  it.each<[string, string | RegExp]>([
    ['ctx.sales.none_v1', 'the context has no key `sales.none_v1`'],
    ['steps.lod.status', 'there is no step `lod`'],
    ['params.day', 'there is no parameter `day`'],
    ['env.OTHER', 'the step is not granted a variable `OTHER`, or it is not set'],
    ['ctx.sales.rows', /`ctx.sales.rows` is not a context key/],
    ['ctx', '`ctx` cannot be used as a whole'],
    ['size(steps)', '`steps` cannot be used as a whole'],
    ['[1].map(ctx, ctx)', /a variable cannot be called `ctx`/],
    ['ctx[1]', 'a name must be a text'],
    ['9007199254740991 + 1', 'the integer 9007199254740992 is beyond 2^53 and would lose digits'],
    ['1.0 / 0.0', 'the result is Infinity, which JSON does not have'],
    ['b"ab"', 'the result has a bytes value, which JSON does not have'],
    ['type(1)', 'the result has a type value, which JSON does not have'],
    ['"a" + 1', 'a text and a number cannot be added'],
    ['1 +', 'it ends too early'],
    ['params.name.matches("(")', /missing closing|error parsing/],
    ['params.name.matches(1)', /matches/],
    ['response.status', 'Unknown variable: response'],
    ['"x".matches("' + 'a'.repeat(1001) + '")', 'the regular expression is longer than 1000 characters'],
    [`"${'a'.repeat(100_000)}"`, 'it is longer than 100000 characters'],
  ])('%s', (cel, reason) => {
    expect(failure(cel)).toMatch(reason)
  })

  it('says what was evaluated and where it stands', () => {
    expect(() => evaluate('params.day', scope, '`when` of the step `load`')).toThrow(
      'The expression `params.day` (`when` of the step `load`) failed: there is no parameter `day`',
    )
  })

  it('says what has no such key, and how to ask first', () => {
    for (const base of ['steps.load.error', 'ctx.sales.eu.totals_v12.note', 'params.window', 'steps["load-data"].error']) {
      expect(() => evaluate(`${base}.code`, scope)).toThrow(
        expect.objectContaining({
          message: expect.stringContaining(`failed: \`${base}\` has no \`code\`, or is null`) as string,
          fix: `ask first whether it is there: \`has(${base}.code) ? ${base}.code : ...\``,
        }) as Error,
      )
      expect(evaluate(`has(${base}.code) ? ${base}.code : "none"`, scope)).toBe('none')
    }
  })

  it('wants a condition to be true or false, and items to be a list', () => {
    expect(evaluateCondition('params.days > 3', scope)).toBe(true)
    expect(() => evaluateCondition('params.days', scope)).toThrow('it must give true or false, not a number')
    expect(evaluateItems('params.tags', scope)).toEqual(['a', 'b'])
    expect(() => evaluateItems('params', scope)).toThrow('it must give a list, not a map')
    expect(() => evaluateItems('null', scope)).toThrow('it must give a list, not null')
    const many: Scope = { ...scope, params: { list: new Array<number>(100_001).fill(0) } }
    expect(() => evaluateItems('params.list', many)).toThrow('it gives 100001 items; at most 100000 are possible')
  })
})

describe('reach', () => {
  it.each([
    'constructor',
    'toString()',
    'params.constructor',
    'params.__proto__',
    'params["__proto__"]',
    'ctx.sales.rows_v1.constructor',
    'item.constructor.constructor("return 1")()',
    'globalThis',
    'process.env',
    '__proto__',
    'env.constructor',
    'steps.constructor',
    'params.name.constructor',
    'params.name.__proto__',
    'params.tags.length',
    'hasOwnProperty',
  ])('%s is out of reach', (cel) => {
    expect(failure(cel)).not.toBe('')
  })

  it('lets no key of a prototype out', () => {
    const made = evaluate('{"__proto__": {"x": 1}, "a": 1}', scope)
    expect(Object.keys(made as object)).toEqual(['a'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('cost', () => {
  const rows: Scope = { ...scope, params: { n: Array.from({ length: 1000 }, (_, i) => i), text: 'a'.repeat(100_000) } }

  it.each([
    'params.n.map(a, params.n.map(b, params.n.map(c, a + b + c)))',
    '!params.n.exists(a, params.n.exists(b, !(a in params.n))) || true',
    'params.n.all(a, params.n.all(b, params.n == params.n))',
    'params.n.all(a, params.n.all(b, a in params.n))',
    'params.n.all(a, params.n.all(b, params.text.contains("b") || true))',
    'params.n.map(a, params.n.filter(b, timestamp("2026-01-01T00:00:00Z").getHours("Europe/Rome") == 1))',
    `cel.bind(a, params.text + params.text, ${'cel.bind(a, a + a, '.repeat(30)}a${')'.repeat(31)}`,
    `cel.bind(a, params.n + params.n, ${'cel.bind(a, a + a, '.repeat(30)}size(a)${')'.repeat(31)}`,
    'params.n.map(a, params.n.map(b, params.text))',
    'ctx[string(params.n.map(a, params.n.map(b, a in params.n)).size())]',
    'params.n.map(a, params.text.matches("(a|aa)+b"))',
    'params.n.map(a, [params.n.map(b, params.n).flatten()])',
    'cel.bind(a, params.n.map(b, params.n).flatten(), [a, a].flatten())',
  ])('stops %s', (cel) => {
    expect(failure(cel, rows)).toMatch(/more than \d+/)
  })

  it('answers a pattern that backtracks for ever in JavaScript', () => {
    const text = `${'a'.repeat(5000)}!`
    expect(evaluate('params.text.matches("^(a+)+$")', { ...scope, params: { text } })).toBe(false)
  })

  it('does what is large but linear', () => {
    const large: Scope = { ...scope, params: { n: Array.from({ length: 100_000 }, (_, i) => i) } }
    expect(evaluate('params.n.filter(n, n % 2 == 0 && n > 10).size()', large)).toBe(49_994)
  })

  it('lets an expensive one not harm the next', () => {
    expect(failure('params.n.all(a, params.n.all(b, a in params.n))', rows)).toMatch(/more than/)
    expect(evaluate('1 + 1', rows)).toBe(2)
  })

  it.each([
    ['a depth', `${'('.repeat(100)}1${')'.repeat(100)}`, /maxDepth/],
    ['many nodes', `[${'1+1,'.repeat(20_000)}1]`, /maxAstNodes|maxListElements/],
  ])('refuses %s', (_, cel, reason) => {
    expect(failure(cel)).toMatch(reason)
  })
})

describe('templates', () => {
  it('keeps the type of a text that is one expression', () => {
    const args = { n: '${{ params.days }}', list: ['${{ item }}', 'x'], text: 'day ${{ params.days }} of ${{ params.tags }}' }
    expect(resolveTemplates(args, scope)).toEqual({
      n: 7,
      list: [{ region: 'eu', rank: 3 }, 'x'],
      text: 'day 7 of ["a","b"]',
    })
  })

  it('leaves alone what has none, the same object', () => {
    const args = { a: ['$x', '{{ y }}', { b: 1 }] }
    expect(resolveTemplates(args, scope)).toBe(args)
  })

  it('does not touch keys', () => {
    expect(resolveTemplates({ '${{ params.days }}': '${{ params.days }}' }, scope)).toEqual({ '${{ params.days }}': 7 })
  })

  it('writes a text where a text is needed', () => {
    expect(resolveText('${{ params.days }}', scope)).toBe('7')
    expect(resolveText('${{ null }}', scope)).toBe('null')
    expect(resolveText('plain', scope)).toBe('plain')
  })

  it('says where in the value it failed', () => {
    expect(() => resolveTemplates({ a: [1, 'x ${{ params.day }}'] }, scope, '`args` of the step `s`')).toThrow(
      'The expression `params.day` (`args.a[1]` of the step `s`) failed: there is no parameter `day`',
    )
    expect(() => resolveText('x ${{ 1', scope)).toThrow('The expression `${{ 1` failed: a `${{` has no `}}`')
  })
})

it.each([
  '${{ params.days }}',
  '$${{ "${{" }} }}',
  'x ${{ a ${{ b',
  '${{${{ }}',
  { a: ['${{ ctx.sales.rows_v1 }}', 1, null, { '${{ key }}': "${{ '" }], b: true },
])('what is given literally stays as it is: %j', (given) => {
  expect(resolveTemplates(literally(given), scope)).toEqual(given)
})
