import * as z from 'zod'

/** Headers that routes which start runs take. */
export const startHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'It is 1 to 255 visible ASCII characters.')
    .optional()
    .describe('The same key and body make one run, however often they are sent; the same key with another body is refused.'),
  prefer: z
    .string()
    .max(200)
    .optional()
    .describe('RFC 7240: `respond-async` answers with 202 once the run is durable, `wait=10` waits so many seconds for its end, also where both are given.'),
})
