import { expect, it } from 'vitest'
import * as z from 'zod'
import { contract } from '../contract.ts'
import { openApiDocument } from './document.ts'
import { JsonSchemas } from './json-schemas.ts'

const document = openApiDocument('1.2.3')

it('has every route of the contract, and every reference leads somewhere', () => {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('{path}', '*')}`))
  expect(new Set(routes)).toEqual(new Set(Object.keys(contract)))
  const text = JSON.stringify(document)
  for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) expect(document.components.schemas).toHaveProperty(name)
  expect(text).not.toContain('$defs')
  expect(text).not.toMatch(/"\$ref":"#"/)
  expect(text).not.toContain('__schema')
})

it('names every operation once, and every parameter of its path', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.values(methods).map((operation) => ({ path, operation })))
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, operation } of operations) {
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(inPath.map(({ name }) => name).sort(), path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort())
    expect(inPath.every(({ required }) => required)).toBe(true)
  }
})

it('says what a route takes, what it needs and what comes back', () => {
  const operation = document.paths['/recipes/{name}/runs']?.['post']
  expect(operation).toMatchObject({
    description: expect.stringContaining('scope `run`') as unknown,
    parameters: expect.arrayContaining([expect.objectContaining({ name: 'idempotency-key', in: 'header', required: false })]) as unknown,
    requestBody: { required: false },
    responses: { 202: { content: { 'application/json': { schema: { $ref: '#/components/schemas/AcceptedRun' } } } }, default: { content: { 'application/problem+json': {} } } },
  })
  expect(document.paths['/health']?.['get']?.security).toEqual([])
  expect(document.paths['/runs/{run_id}/cancel']?.['post']?.requestBody?.required).toBe(true)
  expect(document.paths['/runs']?.['get']?.parameters?.find(({ name }) => name === 'limit')?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 500, default: 50 })
})

it('tells two schemas with one name', () => {
  const schemas = new JsonSchemas()
  schemas.of(z.object({ a: z.string().meta({ id: 'Twice' }) }), 'output')
  expect(() => schemas.of(z.object({ a: z.number().meta({ id: 'Twice' }) }), 'output')).toThrow('Twice')
})
