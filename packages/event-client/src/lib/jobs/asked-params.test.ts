import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z4 from 'zod-older'
import * as z3 from 'zod3'
import { askParams } from './asked-params.ts'
import type { StandardSchema } from './standard-schema.ts'

const ask = (params: unknown) => askParams({ params: params as StandardSchema })
const DATE = { type: 'string', format: 'date-time' }

/** The same parameters, as the libraries that tell no JSON Schema have them. */
const zod = (z: typeof z4 | typeof z3) => {
  const { object, string, number, boolean, array, enum: oneOf, literal, union, coerce, record } = z as typeof z4
  return object({
    label: string().default('INBOX').describe('Where it is'),
    ratio: number().optional(),
    most: number().int().min(1),
    all: boolean().default(false),
    names: array(string()).default(['a']),
    mode: oneOf(['full', 'delta']).default('full'),
    only: literal('x').optional(),
    id: union([string(), number()]),
    from: coerce.date(),
    map: record(string(), number()).optional(),
    size: string().default('abc').transform((text) => text.length),
  })
}
const valibot = v.object({
  label: v.optional(v.string(), 'INBOX'),
  ratio: v.optional(v.number()),
  most: v.pipe(v.number(), v.integer(), v.minValue(1)),
  all: v.optional(v.boolean(), false),
  names: v.optional(v.array(v.string()), ['a']),
  mode: v.optional(v.picklist(['full', 'delta']), 'full'),
  only: v.optional(v.literal('x')),
  id: v.union([v.string(), v.number()]),
  from: v.date(),
  map: v.optional(v.record(v.string(), v.number())),
  size: v.pipe(v.optional(v.string(), 'abc'), v.transform((text) => text.length)),
})

describe.each([['zod 3', zod(z3)], ['zod 4.0', zod(z4)], ['valibot', valibot]])('what %s tells when it is asked', (_, schema) => {
  it('is types and defaults', async () => {
    const { properties, required } = (await ask(schema)) as { properties: Record<string, Record<string, unknown>>; required: string[] }
    const [only, label] = [properties['only'], properties['label']]
    expect(only).toSatisfy((told: object) => JSON.stringify(told) === '{"const":"x"}' || JSON.stringify(told) === '{"enum":["x"]}')
    expect(label).toMatchObject({ type: 'string', default: 'INBOX' })
    expect(properties).toMatchObject({
      ratio: { type: 'number' },
      most: { type: 'integer' },
      all: { type: 'boolean', default: false },
      names: { type: 'array', items: { type: 'string' }, default: ['a'] },
      mode: { enum: ['full', 'delta'], default: 'full' },
      id: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      from: DATE,
      map: { type: 'object' },
    })
    expect(properties['size']).toEqual({ type: 'string' })
    expect(required).toEqual(['most', 'id', 'from'])
  })
})

describe('of zod, there', () => {
  it('are descriptions', async () => {
    for (const z of [z3, z4]) expect(await ask(zod(z))).toMatchObject({ properties: { label: { description: 'Where it is' } } })
  })

  it('are the fields of an object that is refined', async () => {
    expect(await ask(z3.object({ a: z3.string() }).refine(() => true))).toMatchObject({ properties: { a: { type: 'string' } } })
    expect(await ask(z4.object({ a: z4.string() }).refine(() => true))).toMatchObject({ properties: { a: { type: 'string' } } })
  })
})

it('is nothing where a schema cannot cope with what it is asked, or takes anything', async () => {
  const picky = z3.object({ a: z3.preprocess((text) => (text as string).trim(), z3.string()), b: z3.any(), c: z3.nativeEnum({ one: 'one', two: 2 }) })
  expect(await ask(picky)).toEqual({ type: 'object', properties: { a: {}, b: {}, c: {} }, required: ['c'] })
  expect(await ask(v.object({ a: v.bigint(), b: v.variant('kind', []) }))).toMatchObject({ properties: { a: {}, b: {} } })
})

it('is undefined of what has no fields', async () => {
  expect(await ask(undefined)).toBeUndefined()
  expect(await ask(z3.record(z3.string()))).toBeUndefined()
})
