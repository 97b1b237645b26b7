/** What a recipe holds before anything of it is known to be right. */
export type Fields = Readonly<Record<string, unknown>>

/** Of what is not a map: none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** Of what is not a list: an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
