/** A JSON Schema, as far as a form reads it. */
export type Schema = Readonly<Record<string, unknown>>

export interface PlainSchema {
  /** Without references, and without the alternatives that say only that it may be null. */
  schema: Schema
  nullable: boolean
}

const MOST_HOPS = 8

/** What a schema comes to for somebody who fills in a form: `root` holds its definitions. */
export function plainSchema(given: unknown, root: Schema, hops = 0): PlainSchema {
  if (!isSchema(given) || hops > MOST_HOPS) return { schema: {}, nullable: false }
  const { $ref: reference, allOf, anyOf, oneOf, ...rest } = given
  const within = (inner: unknown): PlainSchema => {
    const plain = plainSchema(inner, root, hops + 1)
    return { ...plain, schema: { ...plain.schema, ...rest } }
  }
  if (typeof reference === 'string') return within(definition(reference, root))
  if (Array.isArray(allOf) && allOf.length === 1) return within(allOf[0])
  const alternatives: unknown = anyOf ?? oneOf
  if (Array.isArray(alternatives)) return ofAlternatives(alternatives, rest, within)
  return ofTypes(rest)
}

/** One of several: of values, a choice; of null and something else, the other. */
function ofAlternatives(alternatives: readonly unknown[], rest: Schema, within: (inner: unknown) => PlainSchema): PlainSchema {
  const others = alternatives.filter((one) => !(isSchema(one) && one['type'] === 'null'))
  const nullable = others.length < alternatives.length
  if (others.length === 1) {
    const only = within(others[0])
    return { ...only, nullable: nullable || only.nullable }
  }
  const values = others.flatMap((one) => (isSchema(one) ? (valuesOf(one) ?? []) : []))
  const areValues = others.length > 0 && others.every((one) => isSchema(one) && valuesOf(one) !== undefined)
  return { schema: areValues ? { ...rest, enum: values } : rest, nullable }
}

function ofTypes(schema: Schema): PlainSchema {
  const { type, ...rest } = schema
  if (!Array.isArray(type)) return { schema, nullable: false }
  const types = (type as unknown[]).filter((name) => name !== 'null')
  return { schema: types.length === 1 ? { ...rest, type: types[0] } : rest, nullable: types.length < type.length }
}

/** The values that a schema allows one by one; undefined: it allows others. */
export function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if (Array.isArray(schema['enum'])) return schema['enum'] as unknown[]
  return 'const' in schema ? [schema['const']] : undefined
}

function definition(reference: string, root: Schema): unknown {
  if (!reference.startsWith('#')) return undefined
  const parts = reference.slice(1).split('/').slice(1).map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.reduce<unknown>((found, part) => (isSchema(found) && Object.hasOwn(found, part) ? found[part] : undefined), root)
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
