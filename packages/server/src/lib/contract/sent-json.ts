import * as z from 'zod'

type Json = z.core.util.JSONType
type Path = (string | number)[]

/**
 * A value of a request's body, which was parsed from a text: all there is to refuse is a number that no double holds, as `1e999`.
 * `z.json()` says the same, but keeps a record of each list and object that it meets: 100 kB took 4 ms.
 */
const sentJson = z.unknown().superRefine((value, context) => {
  const path = tooLarge(value)
  if (path) context.addIssue({ code: 'custom', path, message: 'The number is too large.' })
}) as unknown as z.ZodType<Json, Json>

/** Values by name. */
export const sentObject = z.record(z.string(), sentJson)

/** Where the first number is that became infinite. */
function tooLarge(value: unknown): Path | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : []
  if (typeof value !== 'object' || value === null) return undefined
  const isList = Array.isArray(value)
  for (const [key, member] of Object.entries(value)) {
    const path = tooLarge(member)
    if (path) return [isList ? Number(key) : key, ...path]
  }
  return undefined
}
