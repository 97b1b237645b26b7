import * as z from 'zod'

/** RFC 3339 in UTC, with milliseconds. */
export const timeSchema = z.iso.datetime({ precision: 3 }).describe('RFC 3339, UTC.')

/** A time in a query: a date, or an instant with its offset. */
export const instantSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'It must be a time, like `2026-01-31` or `2026-01-31T08:00:00Z`.')
  .transform((text) => Date.parse(text))
  .describe('RFC 3339: `2026-01-31` (midnight, UTC) or `2026-01-31T08:00:00Z`.')

export const runIdSchema = z.string().min(1).max(200).describe('For example `run_2026-01-09T12-34-56Z_ab12cd`.')

/** `true` and `false` in a query; who asks by the client may give either form. */
export const flagSchema: z.ZodType<boolean, boolean | 'true' | 'false'> = z.enum(['true', 'false']).transform((text) => text === 'true')

export const limitSchema = z.coerce.number<number | string>().int().min(1).max(500).default(50).describe('No more than this many.')

export const errorSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    exit_code: z.int().optional(),
    fix: z.string().optional(),
    details: z.record(z.string(), z.json()).optional(),
  })
  .meta({ id: 'RunError' })
