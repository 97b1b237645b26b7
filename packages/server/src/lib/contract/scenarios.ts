import * as z from 'zod'
import { MODULE_NAME } from '../modules/module-config.ts'
import { planItemSchema } from './plan-item.ts'
import { defineRoutes } from './route-spec.ts'
import { acceptedRunSchema, runStatusSchema } from './runs.ts'
import { sentObject } from './sent-json.ts'
import { startHeaders } from './start-headers.ts'

const nameSchema = z.string().regex(MODULE_NAME, { message: 'A name has `a-z`, `0-9`, `-` and `_`, begins with a letter and has at most 63 characters.' })
const objectSchema = z.record(z.string(), z.json())

const moduleSchema = z.union([
  nameSchema,
  z.strictObject({
    module: nameSchema,
    id: nameSchema.optional().describe('Names the step, for a module that is called more than once.'),
    parameters: sentObject.optional(),
    depends_on: z.array(nameSchema).max(200).optional().describe('Modules, or their ids, that it waits for.'),
  }),
])

const scenarioSchema = z
  .strictObject({
    scenario_id: z.string().min(1).max(200),
    modules: z.array(moduleSchema).min(1).max(200).describe('Run in this order, unless `parallel` or a `depends_on` makes them a graph.'),
    inputs: sentObject.default({}).describe('Passed to each module; `results` is added, by module, for those that come after others.'),
    run_options: z
      .strictObject({
        seed: z.int().min(0).max(2_147_483_647).optional().describe('Reaches each module as `parameters.seed`. Default: one that follows from the run.'),
        save_artifacts: z.boolean().default(true),
        parallel: z.boolean().default(false),
        health_check: z.boolean().default(true).describe('Whether all modules have to be well before the first begins.'),
      })
      .prefault({}),
  })
  .meta({ id: 'Scenario' })

export const scenarioRunSchema = z
  .object({
    run_id: z.string(),
    status: runStatusSchema,
    plan: z.array(planItemSchema),
    results: z.record(z.string(), objectSchema).describe('By module (or id): what it put out, with `artifacts` and `evidence` where it gave them.'),
    artifacts_path: z.string(),
    logs_path: z.string(),
  })
  .meta({ id: 'ScenarioRun' })

export const scenarioRoutes = defineRoutes({
  'POST /plan_and_execute': {
    summary: 'Run a scenario: call modules, and answer with what they put out',
    description: 'Answers when the run has ended; with 202 at once, when it is durable, with `Prefer: respond-async`, and where it has not ended in time, with `Prefer: wait=10`. A module that fails makes it 502, with `run_id`.',
    tag: 'scenarios',
    scope: 'run',
    headers: startHeaders,
    body: scenarioSchema,
    answers: { 200: scenarioRunSchema, 202: acceptedRunSchema },
  },
  'GET /modules': {
    summary: 'List the modules of the configuration, and how they are',
    tag: 'scenarios',
    scope: 'read',
    answers: {
      200: z.object({
        items: z.array(
          z
            .object({
              name: z.string(),
              healthy: z.boolean(),
              problem: z.string().nullable().describe('Why it is not.'),
              breaker: z.enum(['closed', 'open', 'half_open']),
              metadata: objectSchema.nullable().describe('What it says of itself.'),
            })
            .meta({ id: 'Module' }),
        ),
        next_cursor: z.null(),
      }),
    },
  },
})
