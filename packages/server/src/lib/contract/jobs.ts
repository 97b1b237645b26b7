import * as z from 'zod'
import { defineRoutes } from './route-spec.ts'
import { acceptedRunSchema, runSchema } from './runs.ts'
import { sentObject } from './sent-json.ts'
import { startHeaders } from './start-headers.ts'

const packageSchema = z.string().min(1).max(214).describe('Its name, with or without the scope; a `/` in it is written `%2F`.')
const jobSchema = z.string().min(1).max(200)
const paramsSchema = z.record(z.string(), z.json())

const jobItem = {
  package: z.string().describe('Its full name.'),
  version: z.string(),
  name: z.string(),
  summary: z.string().nullable(),
}

export const jobItemSchema = z.object(jobItem).meta({ id: 'JobItem' })

const jobDetailSchema = z
  .object({
    ...jobItem,
    params: paramsSchema.nullable().describe('JSON Schema of its parameters; null: nobody can tell.'),
    docs: z.string().nullable().describe('The comment above the job.'),
    timeout_ms: z.number().nullable(),
  })
  .meta({ id: 'Job' })

const jobProblemSchema = z.object({ code: z.string(), package: z.string(), job: z.string().nullable(), message: z.string(), fix: z.string().nullable() })

export const jobRoutes = defineRoutes({
  'GET /jobs': {
    summary: 'List the jobs of installed packages',
    description: 'No code of a package is run.',
    tag: 'jobs',
    scope: 'read',
    answers: { 200: z.object({ items: z.array(jobItemSchema), problems: z.array(jobProblemSchema).describe('Declarations that are broken.'), next_cursor: z.null() }) },
  },
  'GET /jobs/{package}/{job}': {
    summary: 'Describe a job and what it takes',
    description: 'Loads the module of the job, in a thread of its own.',
    tag: 'jobs',
    scope: 'read',
    params: z.strictObject({ package: packageSchema, job: jobSchema }),
    answers: { 200: jobDetailSchema },
  },
  'POST /jobs/{package}/{job}/runs': {
    summary: 'Start a run of a job',
    description: 'Answers with 202 once the run is durable; with `Prefer: wait=10` with 200 and the run, if it ends in so many seconds.',
    tag: 'jobs',
    scope: 'run',
    params: z.strictObject({ package: packageSchema, job: jobSchema }),
    headers: startHeaders,
    body: z
      .strictObject({
        params: sentObject.optional(),
        account: z.string().min(1).max(200).optional(),
        since: z.string().min(1).max(100).optional().describe('A date, an instant, or a span back from now: `7d`.'),
        until: z.string().min(1).max(100).optional(),
      })
      .optional(),
    answers: { 200: runSchema, 202: acceptedRunSchema },
  },
})
