import * as z from 'zod'

/** A step of a scenario. */
export const planItemSchema = z.object({
  step: z.int().describe('From 1.'),
  module: z.string(),
  action: z.literal('execute'),
  id: z.string().optional().describe('The name of its step, where that is not the module.'),
  depends_on: z.array(z.string()).optional(),
})
