import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { wordedFields, wordIssue } from './field-wording.ts'
import { serviceFixture } from './service.fixture.ts'

it('says of each field what it has to be, and of several forms what is wrong with the one that was meant', async () => {
  const { ask } = await serviceFixture()
  const errorsOf = async (method: 'GET' | 'POST', path: string, body?: unknown) => ((await ask(method, path, body)).body as { errors: object[] }).errors
  const run_options = { seed: -1, save_artifacts: 'yes', parallel: 1 }
  expect(await errorsOf('POST', '/plan_and_execute', { modules: [{ modul: 'm' }, 5], inputs: [], run_options })).toEqual([
    { path: '/body/scenario_id', message: 'It is missing.' },
    { path: '/body/modules/0/module', message: 'It is missing.' },
    { path: '/body/modules/0/modul', message: 'There is no field `modul` here.', fix: 'Leave it out.' },
    { path: '/body/modules/1', message: 'It fits none of the forms that it may have.' },
    { path: '/body/inputs', message: 'It must be an object.' },
    { path: '/body/run_options/seed', message: 'It must be at least 0.' },
    { path: '/body/run_options/save_artifacts', message: 'It must be `true` or `false`.' },
    { path: '/body/run_options/parallel', message: 'It must be `true` or `false`.' },
  ])
  expect(await errorsOf('POST', '/plan_and_execute', { scenario_id: '', modules: [] })).toEqual([
    { path: '/body/scenario_id', message: 'It must have at least 1 character.' },
    { path: '/body/modules', message: 'It must have at least 1 item.' },
  ])
  expect(await errorsOf('POST', '/plan_and_execute', { scenario_id: 's', modules: ['m'], 'a/b': 1 })).toEqual([
    { path: '/body/a~1b', message: 'There is no field `a/b` here.', fix: 'Leave it out.' },
  ])
  expect(await errorsOf('GET', '/runs?status=nope&limit=many&from=yesterday')).toEqual([
    { path: '/query/status', message: 'It must be `running` or `completed` or `failed` or `cancelled`.' },
    { path: '/query/from', message: 'It must be a time, like `2026-01-31` or `2026-01-31T08:00:00Z`.' },
    { path: '/query/limit', message: 'It must be a number.' },
  ])
})

describe('the fields that are wrong', () => {
  const name = z.string().regex(/^[a-z]+$/, 'It must be a name')
  const schema = z.strictObject({
    form: z.union([z.string(), z.strictObject({ n: z.number(), m: z.number() })]).optional(),
    alike: z.union([z.strictObject({ n: z.number() }), z.strictObject({ n: z.number(), m: z.number().optional() })]).optional(),
    names: z.record(name, z.number()).optional(),
  })
  const wordsOf = (value: unknown, thing: 'field' | 'setting' = 'field') => {
    const { error } = schema.safeParse(value, { error: wordIssue })
    return wordedFields(error!.issues, thing).map(({ path, message, fix }) => [path.join('.'), message, ...(fix ? [fix] : [])])
  }

  it('are those of the form that was meant, be it that one does not fit or that there is none such', () => {
    expect(wordsOf({ form: { n: 1, m: 'x' } })).toEqual([['form.m', 'It must be a number.']])
    expect(wordsOf({ form: { n: 1, m: 2, o: 3, p: 4 } }, 'setting')).toEqual([
      ['form.o', 'There is no setting `o` here.', 'Leave it out.'],
      ['form.p', 'There is no setting `p` here.', 'Leave it out.'],
    ])
    expect(wordsOf({ alike: { n: 1, o: 2 } })).toEqual([['alike.o', 'There is no field `o` here.', 'Leave it out.']])
    expect(wordsOf({ form: [] })).toEqual([['form', 'It fits none of the forms that it may have.']])
  })

  it('are names, too, and each is said in a sentence', () => {
    expect(wordsOf({ names: { A: 1, b: 'x' } })).toEqual([['names.A', 'It must be a name.'], ['names.b', 'It must be a number.']])
  })
})
