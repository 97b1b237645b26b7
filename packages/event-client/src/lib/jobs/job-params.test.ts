import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { paramNames, paramsJsonSchema, readParams } from './job-params.ts'
import type { JsonObject } from '../json.ts'
import type { StandardSchema } from './standard-schema.ts'

const read = (params: unknown, given: JsonObject) => readParams({ params: params as StandardSchema }, given, 'a/b')
const refused = (message: string, more: object = {}) => expect.objectContaining({ code: 'JOB_PARAMS_INVALID', message, ...more }) as Error

/** Of a library that does not tell JSON Schema, made by hand. */
function silent(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

describe('parameters', () => {
  it('are what the schema makes of them', async () => {
    const schema = z.object({ days: z.number().default(7), at: z.string().transform((text) => text.length) })
    expect(await read(schema, { at: 'abc' })).toEqual({ days: 7, at: 3 })
    expect(await read(undefined, {})).toEqual({})
  })

  it('are refused with all that is wrong, and with the names that there are', async () => {
    const schema = z.object({ days: z.number(), range: z.object({ to: z.string() }) })
    await expect(read(schema, { days: 'x', range: { to: 1 }, dayz: 1 })).rejects.toThrow(
      refused(
        'The parameters of a/b are wrong: it has no parameter `dayz`; `days`: Invalid input: expected number, received string; ' +
          '`range.to`: Invalid input: expected string, received number.',
        { fix: 'Its parameters are days, range.', details: expect.objectContaining({ parameters: ['days', 'range'] }) as unknown },
      ),
    )
  })

  it('are missing where one that is needed is not given', async () => {
    const schema = z.object({ days: z.number(), range: z.object({ to: z.string() }) })
    await expect(read(schema, { range: {} })).rejects.toThrow(
      refused('The parameters of a/b are wrong: `days` is missing; `range.to`: Invalid input: expected string, received undefined.'),
    )
  })

  it('are told once, where the schema tells of an unknown one, too', async () => {
    await expect(read(z.strictObject({ a: z.number() }), { a: 1, x: 2 })).rejects.toThrow(refused('The parameters of a/b are wrong: it has no parameter `x`.'))
  })

  it('are none of a job that declares none', async () => {
    await expect(read(undefined, { x: 1 })).rejects.toThrow(
      refused('The parameters of a/b are wrong: it has no parameter `x`.', { fix: 'a/b takes no parameters.' }),
    )
  })

  it('are refused by a schema whose own code throws', async () => {
    const schema = z.object({ days: z.number().transform(() => { throw new Error('no calendar') }) })
    await expect(read(schema, { days: 1 })).rejects.toThrow(refused('The parameters of a/b are wrong: the schema threw no calendar.', { fix: 'Its parameters are days.' }))
  })

  it('are told to be missing in the words of the author, where there are any', async () => {
    const schema = z.object({ from: z.string().optional(), label: z.string() }).refine(({ from }) => from !== undefined, { path: ['from'], message: 'give `from` or --since' })
    await expect(read(schema, { label: 'a' })).rejects.toThrow(refused('The parameters of a/b are wrong: `from` is missing: give `from` or --since.'))
    await expect(read(schema, {})).rejects.toThrow(refused('The parameters of a/b are wrong: `label` is missing.'))
  })

  it('are refused by a schema of a hand of its own that answers what is none, or in no words', async () => {
    await expect(read(silent(() => undefined as never), {})).rejects.toThrow(refused(expect.stringContaining('wrong: the schema threw Cannot') as string))
    await expect(read(silent(() => ({ issues: [{ message: 404 as never }] })), {})).rejects.toThrow(refused('The parameters of a/b are wrong: 404.'))
  })

  it('may be any where the schema says so', async () => {
    expect(await read(z.looseObject({ a: z.number() }), { a: 1, x: 2 })).toEqual({ a: 1, x: 2 })
    expect(await read(z.object({}).catchall(z.number()), { x: 2 })).toEqual({ x: 2 })
    expect(await read(z.record(z.string(), z.number()), { x: 2 })).toEqual({ x: 2 })
  })

  it('may be checked by a schema that takes its time', async () => {
    const schema = z.object({ a: z.number().refine(async (a) => Promise.resolve(a > 1), 'too few') })
    expect(await read(schema, { a: 2 })).toEqual({ a: 2 })
    await expect(read(schema, { a: 1 })).rejects.toThrow(refused('The parameters of a/b are wrong: `a`: too few.'))
  })

  it('are refused where a schema that cannot be asked has dropped them', async () => {
    const drops = silent((value) => ({ value: { days: (value as { days?: number }).days ?? 7 } }))
    expect(await read(drops, { days: 3 })).toEqual({ days: 3 })
    await expect(read(drops, { days: 3, dayz: 3 })).rejects.toThrow(refused('The parameters of a/b are wrong: it has no parameter `dayz`.', { fix: undefined }))
    const renames = silent((value) => ({ value: { count: (value as { n?: number }).n ?? 0 } }))
    expect(await read(renames, { n: 3 })).toEqual({ count: 3 })
    expect(await read(silent(() => ({ value: 'text' })), { n: 3 })).toBe('text')
    const needs = silent((value) => ((value as { n?: number }).n === undefined ? { issues: [{ message: 'n!', path: [{ key: 'n' }] }] } : { value: {} }))
    expect(await read(needs, { n: 3 })).toEqual({})
    await expect(read(needs, {})).rejects.toThrow(refused('The parameters of a/b are wrong: `n` is missing: n!.'))
  })

  it('are known by what the package.json says where the schema does not tell', async () => {
    const schema = silent((value) => ({ value }))
    const declared = { type: 'object', properties: { days: { type: 'integer' } } }
    expect(await readParams({ params: schema }, { days: 1 }, 'a/b', declared)).toEqual({ days: 1 })
    await expect(readParams({ params: schema }, { dayz: 1 }, 'a/b', declared)).rejects.toThrow(
      refused('The parameters of a/b are wrong: it has no parameter `dayz`.', { fix: 'Its parameters are days.' }),
    )
  })

  it('may be dates, which JSON Schema has no word for', async () => {
    const schema = z.object({ from: z.coerce.date() })
    expect(paramsJsonSchema({ params: schema })).toMatchObject({ properties: { from: { type: 'string', format: 'date-time' } }, required: ['from'] })
    expect(paramNames({ params: schema })).toEqual(['from'])
    expect(await read(schema, { from: '2026-01-31' })).toEqual({ from: new Date('2026-01-31') })
  })
})

it('tells names and JSON Schema', () => {
  const params = z.object({ days: z.number().default(7), at: z.string() })
  expect(paramNames({ params })).toEqual(['days', 'at'])
  expect(paramNames({ params: undefined })).toEqual([])
  expect(paramsJsonSchema({ params })).toMatchObject({ type: 'object', properties: { days: { default: 7 }, at: { type: 'string' } }, required: ['at'] })
  expect(paramsJsonSchema({ params: undefined })).toBeUndefined()
})
