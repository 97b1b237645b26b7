import { expect, test } from 'vitest'
import * as z from 'zod'
import { compileRecipe } from '../compile.ts'
import { readData } from '../text/read-data.ts'
import { recipeJsonSchema } from './recipe-json-schema.ts'
import { recipeSchema, stepSchema } from './schema.ts'

const schema = z.fromJSONSchema(recipeJsonSchema())
const fits = (yaml: string) => schema.safeParse(readData(yaml, { file: 'x' }).value).success

test.each([
  'steps: [{ name: a, type: shell, script: a.sh }]',
  'timeout: 30s\nsteps: [{ name: a, type: job, timeout: 1.5, reads: [a.b_v1], for_each: [1], expect: 2xx, env: [A] }]',
  'params: { a: 1 }\nsteps: [{ name: a, type: http, url: u, produces: { a.b_v1: array }, concurrency_group: { name: g, limit: 2 } }]\nalways: []',
])('takes %j', (yaml) => {
  expect(fits(yaml)).toBe(true)
})

test.each([
  'steps: []',
  'step: []',
  'steps: [{ name: a }]',
  'steps: [{ name: a b, type: shell }]',
  'steps: [{ name: a, type: shell, scrpt: a.sh }]',
  'steps: [{ name: a, type: shell, timeout: soon }]',
  'steps: [{ name: a, type: shell, timeout: 0 }]',
  'steps: [{ name: a, type: shell, reads: [rows] }]',
  'steps: [{ name: a, type: shell, retry: {} }]',
  'steps: [{ name: a, type: shell }]\nconflict: maybe',
])('refuses %j, as compiling does', (yaml) => {
  expect(fits(yaml)).toBe(false)
  expect(compileRecipe(yaml, { file: 'x' }).plan).toBeUndefined()
})

test('describes every field', () => {
  const { properties, $defs } = recipeJsonSchema() as { properties: object; $defs: { step: { properties: object } } }
  for (const [fields, shape] of [
    [properties, recipeSchema.shape],
    [$defs.step.properties, stepSchema.shape],
  ] as const) {
    expect(Object.keys(fields)).toEqual(Object.keys(shape))
    for (const [name, field] of Object.entries(fields)) expect({ name, ...(field as object) }).toHaveProperty('description')
  }
})
