import * as z from 'zod'
import { runIdSchema } from './common-fields.ts'
import { defineRoutes } from './route-spec.ts'
import { acceptedRunSchema } from './runs.ts'
import { sentObject } from './sent-json.ts'

const params = z.strictObject({ run_id: runIdSchema })

/** Who asks and why: both are recorded in the run's journal and in the audit log. */
const asked = {
  reason: z.string().min(1).max(2000).describe('Why: it is recorded.'),
  by: z.string().min(1).max(200).optional().describe('Who: it is recorded. Only where the service asks for no keys; else it is who the key belongs to.'),
}

const outcomeSchema = z
  .object({
    run_id: z.string(),
    outcome: z.enum(['requested', 'done', 'already_ended']).describe('`requested`: its driver was asked; `done`: it is in the journal.'),
  })
  .meta({ id: 'Outcome' })

export const runControlRoutes = defineRoutes({
  'POST /runs/{run_id}/cancel': {
    summary: 'Cancel a run, whichever process drives it',
    tag: 'steering',
    scope: 'operate',
    params,
    body: z.strictObject(asked),
    answers: { 200: outcomeSchema },
  },
  'POST /runs/{run_id}/pause': {
    summary: 'Let no step of a run begin until it is unpaused',
    tag: 'steering',
    scope: 'operate',
    params,
    body: z.strictObject(asked),
    answers: { 200: outcomeSchema },
  },
  'POST /runs/{run_id}/unpause': {
    summary: 'Let a paused run go on',
    tag: 'steering',
    scope: 'operate',
    params,
    body: z.strictObject(asked),
    answers: { 200: outcomeSchema },
  },
  'POST /runs/{run_id}/approve': {
    summary: 'Decide on a step that waits for an approval',
    tag: 'steering',
    scope: 'operate',
    params,
    body: z.strictObject({
      step: z.string().min(1).max(300).optional().describe('Default: the only one that waits.'),
      approved: z.boolean().default(true),
      ...asked,
    }),
    answers: { 200: outcomeSchema },
  },
  'POST /runs/{run_id}/resume': {
    summary: 'Go on with a run that failed, was cancelled or lost its driver',
    tag: 'steering',
    scope: 'operate',
    params,
    body: z.strictObject({
      ...asked,
      set: sentObject.optional().describe('Context keys to write first.'),
      skip: z.array(z.string()).max(10_000).optional().describe('Steps that count as skipped.'),
      from: z.array(z.string()).max(10_000).optional().describe('Steps that run again, with all that depends on them.'),
    }),
    answers: { 202: acceptedRunSchema },
  },
  'POST /runs/{run_id}/rerun': {
    summary: 'Run the same again',
    description: 'A new run with the recorded plan, parameters, options, seed and request, and nothing from the cache.',
    tag: 'steering',
    scope: 'operate',
    params,
    body: z.strictObject(asked),
    answers: { 202: acceptedRunSchema },
  },
})
