import * as z from 'zod'
import { runIdSchema } from './common-fields.ts'
import { ms } from './insight-fields.ts'
import { defineRoutes } from './route-spec.ts'
import { graphSchema, overviewSchema } from './run-graph.ts'
import { insightSchema } from './run-insight.ts'
import { stepStorySchema } from './step-story.ts'

const writesSchema = z
  .object({
    /** As a tuple, since a run may have 50,000 of them. */
    items: z.array(
      z.tuple([
        z.int().describe('seq of the event'),
        ms.describe('at'),
        z.string().describe('key'),
        z.string().describe('who'),
        z.string().nullable().describe('step'),
        z.int().nullable().describe('attempt'),
      ]),
    ),
    seq: z.int(),
  })
  .meta({ id: 'ContextWrites' })

export const insightRoutes = defineRoutes({
  'GET /runs/{run_id}/insight': {
    summary: 'Show what a run is, every step with its times, and what made it take so long',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    query: z.strictObject({
      since: z.coerce.number<number | string>().int().min(0).default(0).describe('`seq` of an earlier answer: only what changed since.'),
      steps: z.enum(['all', 'few']).default('all').describe('`few`: only where they are at most 500.'),
    }),
    answers: { 200: insightSchema },
  },
  'GET /runs/{run_id}/graph': {
    summary: 'Show who waits for whom in the plan of a run',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    answers: { 200: graphSchema },
  },
  'GET /runs/{run_id}/overview': {
    summary: 'Show the graph of a run in few nodes, and what its steps have come to',
    description: 'Steps that wait for the same are one node, but for those that failed; where that is not enough, neighbouring layers are.',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    query: z.strictObject({ most: z.coerce.number<number | string>().int().min(10).max(500).default(60).describe('Nodes, about.') }),
    answers: { 200: overviewSchema },
  },
  'GET /runs/{run_id}/steps/{step}': {
    summary: 'Tell why a step is as it is',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema, step: z.string().min(1).max(300) }),
    answers: { 200: stepStorySchema },
  },
  'GET /runs/{run_id}/writes': {
    summary: 'List what was written to the context, in the order of time, without the values',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema }),
    answers: { 200: writesSchema },
  },
  'GET /runs/{run_id}/writes/{seq}': {
    summary: 'Show a value that was written to the context',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema, seq: z.coerce.number<number | string>().int().min(0) }),
    query: z.strictObject({ key: z.string().min(1).max(500) }),
    answers: { 200: z.object({ key: z.string(), value: z.json() }) },
  },
})
