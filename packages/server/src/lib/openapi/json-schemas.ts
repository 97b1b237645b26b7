import * as z from 'zod'

/** A JSON Schema (draft 2020-12), as far as this code looks into one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

const PLACE = '#/components/schemas/'
/** What zod calls a schema that holds itself and has no name: here that is any JSON. */
const UNNAMED = /^__schema\d+$/

/** Turns zod schemas into JSON Schemas, and gathers those that have names, once each. */
export class JsonSchemas {
  readonly named: Record<string, JsonSchema> = {}

  /** `input`: as it is sent; `output`: as it is answered. Throws where two different schemas have the same name. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema & { $defs?: Record<string, JsonSchema> }
    for (const [name, definition] of Object.entries($defs)) this.#name(nameOf(name), withPlaces(definition))
    return withPlaces(root)
  }

  #name(name: string, schema: JsonSchema): void {
    const known = this.named[name]
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas are called ${name}.`)
    this.named[name] = schema
  }
}

function nameOf(name: string): string {
  return UNNAMED.test(name) ? 'Json' : name
}

/** With references into the document, and without `id`, which names no schema there. */
function withPlaces(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === 'id' && typeof value === 'string' ? undefined : value))
  return JSON.parse(text.replaceAll(/"\$ref":"#\/\$defs\/(\w+)"/g, (_, name: string) => `"$ref":"${PLACE}${nameOf(name)}"`)) as JsonSchema
}
