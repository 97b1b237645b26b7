import * as z from 'zod'
import { timeSchema } from './common-fields.ts'

export const ms = z.number().describe('Milliseconds since `created_at`.')

/** `x`: of `ran` the attempt's number, of `group` the group, of what waited who made an end of it. `y`: how an attempt ended. */
export const spanSchema = z.tuple([
  z.enum(['ran', 'items', 'slot', 'parallel', 'group', 'retry', 'approval', 'paused', 'undriven']).describe('kind'),
  ms.describe('from'),
  ms.nullable().describe('to; null: it goes on'),
  z.union([z.string(), z.int()]).nullable().describe('x'),
  z.enum(['completed', 'failed', 'cancelled', 'interrupted', 'cached']).nullable().describe('y'),
])

export const approvalSchema = z.object({
  step: z.string(),
  message: z.string(),
  by: z.array(z.string()).nullable().describe('Who may decide; null: anybody.'),
  requested_at: timeSchema,
  expires_at: timeSchema.nullable(),
})
