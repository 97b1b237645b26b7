import { expect, it } from 'vitest'
import { ExpressionChecker } from './checker.ts'
import { loadExpressions } from './expressions.ts'
import { run } from './program.ts'

const checker = new ExpressionChecker({ params: { day: { type: 'string' } }, ctx: new Map() })
const scope = { params: {}, ctx: () => undefined, steps: () => undefined, run: { id: 'r', name: 'p', attempt: 1, seed: 7, time: '2026-01-31T06:30:00.000Z' }, env: () => ({}) }

it.each([
  ['size(ctx.in.items_v1) > 0', '`in` is a reserved word and cannot be the name of a field', 'write `ctx["in.items_v1"]`'],
  ['ctx.in.items_v1.true.x > 0', '`in` is a reserved word', 'write `ctx["in.items_v1"]["true"].x`'],
  ['params.null == 1', '`null` is a reserved word', 'write `params["null"]`'],
  ['if params.day', '`if` is a reserved word', 'a choice is written `condition ? this : that`'],
  ['params.day = "x"', 'there is no operator `=`', 'write `==`'],
  ['params.day === "x"', 'there is no operator `===`', 'write `==`'],
  ['params.day !== "x"', 'there is no operator `!==`', 'write `!=`'],
  ['params.day <> "x"', 'there is no operator `<>`', 'write `!=`'],
  ['params.day == "x" and true', 'there is no operator `and`', 'write `&&`'],
  ['params.day == "x" OR true', 'there is no operator `OR`', 'write `||`'],
  ['true & false', 'there is no operator `&`', 'write `&&`'],
  ['params.day is null', 'there is no operator `is`', 'write `==`'],
  ['not true', 'there is no operator `not`', 'write `!`'],
  ['not(true)', 'there is no function `not`', 'write `!x`'],
  ['len(params.day) > 0', 'there is no function `len`', 'write `size(x)`'],
  ['params.day.length() > 0', 'there is no function `length`', 'write `size(x)`'],
  ['params.day.startswith("x")', 'there is no function `startswith`', 'write `x.startsWith(y)`'],
  ['params.day == "x', 'a text has no closing quote', 'close it with "'],
  ['params.day &&', 'it ends too early', 'something has to follow `params.day &&`'],
  ['${{ params.day }}', '`$` begins nothing here', 'write the expression alone, without `${{ }}`, and names without `$`'],
  ['params.day ?? "x"', 'there is no operator `??`', 'ask first whether it is there: `has(x.y) ? x.y : other`'],
  ['params?.day', 'there is no operator `?.`', 'ask first whether it is there: `has(x.y) ? x.y : other`'],
  ['params.day + 1', 'a text and a number cannot be added', 'make a text of the number: `string(x)`'],
  ['params.day == monday', 'there is no `monday` here', 'a text stands in quotes, "monday"; a value begins with '],
  ['params.day == True', 'there is no `True` here', 'did you mean `true`?'],
  ['params.day == None', 'there is no `None` here', 'did you mean `null`?'],
])('%s', (cel, message, fix) => {
  const { faults } = checker.check(cel, { item: null, product: null })
  expect(faults).toHaveLength(1)
  expect(faults[0]?.message).toContain(message)
  expect(faults[0]?.fix).toContain(fix)
})

it('leaves other faults as the library words them', () => {
  for (const cel of ['params.day * 2', 'size(1)', 'params.day )']) {
    expect(checker.check(cel, { item: null, product: null }).faults[0]).not.toHaveProperty('fix')
  }
})

it('says what was meant also where an expression is met only when it runs', async () => {
  await loadExpressions({ any: true, matches: false })
  const attempt = (cel: string) => () => run(cel, scope, '`when` of the step `a`')
  expect(attempt('ctx.in.items_v1 > 0')).toThrow(
    expect.objectContaining({
      code: 'EXPRESSION_FAILED',
      message: expect.stringContaining('failed: `in` is a reserved word') as string,
      fix: 'write `ctx["in.items_v1"]`',
    }) as Error,
  )
  for (const cel of ['params.days + 1', '1.5 + params.days']) {
    expect(() => run(cel, { ...scope, params: { days: '3' } }, '')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('a text and a number cannot be added') as string, fix: 'make a text of the number: `string(x)`' }) as Error,
    )
  }
  expect(attempt('ctx.a.b_v1 == null')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('the context has no key `a.b_v1`') as string,
      fix: 'ask first whether it is there: `has(ctx.a.b_v1) && ...`',
    }) as Error,
  )
})
