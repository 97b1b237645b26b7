import * as z from 'zod'

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }
const PHRASE = 'It must be a length of time like `12h`, `30d` or `2w`'

const age = z
  .string(PHRASE)
  .regex(/^\d{1,5}[hdw]$/, PHRASE)
  .transform((text) => Number(text.slice(0, -1)) * UNITS[text.slice(-1)]!)

/** Which runs the service keeps; false: all. A run goes that neither `keep` nor `keepLast` keeps. */
export const retentionSchema = z.union([
  z.literal(false).transform(() => null),
  z
    .strictObject({
      /** What began within this time. */
      keep: age.prefault('30d'),
      /** The last runs of each recipe. */
      keepLast: z.int().min(1).max(1_000_000).default(100),
    })
    .transform(({ keep, keepLast }) => ({ keepMs: keep, keepLast })),
])
