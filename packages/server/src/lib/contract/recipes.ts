import * as z from 'zod'
import { instantSchema } from './common-fields.ts'
import { defineRoutes } from './route-spec.ts'
import { acceptedRunSchema, runSchema } from './runs.ts'
import { sentObject } from './sent-json.ts'
import { startHeaders } from './start-headers.ts'

export const recipeSchema = z
  .object({
    name: z.string().describe('What `POST /recipes/{name}/runs` takes: the path without extension, without `recipes/`.'),
    path: z.string().describe('Relative to the workspace.'),
    title: z.string().nullable().describe('The name of its plan; null: it has problems.'),
    description: z.string().nullable(),
    steps: z.int().nullable(),
    params: z.record(z.string(), z.json()).nullable().describe('JSON Schema of the parameters; null: it declares none.'),
    problems: z.array(z.object({ code: z.string(), message: z.string(), line: z.int(), column: z.int(), fix: z.string().optional() })),
  })
  .meta({ id: 'Recipe' })

export const recipeRoutes = defineRoutes({
  'GET /recipes': {
    summary: 'List the recipes of the workspace',
    tag: 'recipes',
    scope: 'read',
    answers: { 200: z.object({ items: z.array(recipeSchema), next_cursor: z.null() }) },
  },
  'POST /recipes/{name}/runs': {
    summary: 'Start a run of a recipe',
    description: 'Answers with 202 once the run is durable; with `Prefer: wait=10` with 200 and the run, if it ends in so many seconds.',
    tag: 'recipes',
    scope: 'run',
    params: z.strictObject({ name: z.string().min(1).max(500).describe('A `/` in it is written `%2F`.') }),
    body: z
      .strictObject({
        params: sentObject.optional(),
        only: z.array(z.string()).max(10_000).optional().describe('Run these steps alone; the others count as skipped.'),
        skip: z.array(z.string()).max(10_000).optional(),
        fail_fast: z.boolean().optional(),
        concurrency: z.int().min(1).max(100_000).optional(),
        time: instantSchema.optional().describe('The time that the run is for, `run.time` of expressions. Default: when it is created.'),
      })
      .optional(),
    headers: startHeaders,
    answers: { 200: runSchema, 202: acceptedRunSchema },
  },
})
