import { canonicalJson } from '../rows/canonical-json.ts'
import { expectedBy, expectsInteger } from './expected-type.ts'
import { fieldsOf, type Field } from './job-params.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { StandardIssue, StandardSchema } from './standard-schema.ts'

/**
 * The JSON Schema of parameters whose schema tells none (zod 3, 4.0 and 4.1, valibot): the type, the default and, of
 * zod, the description of each field, as far as they come out when the field is given what nobody would give. Runs code
 * of the schema. Undefined: there are no fields to ask.
 */
export async function askParams({ params }: { readonly params: StandardSchema | undefined }): Promise<JsonObject | undefined> {
  const fields = params && fieldsOf(params)
  if (fields === undefined) return undefined
  const asked = await Promise.all(Object.entries(fields).map(async ([name, field]) => ({ name, ...(await askField(field)) })))
  return {
    type: 'object',
    properties: Object.fromEntries(asked.map(({ name, schema }) => [name, schema])),
    required: asked.flatMap(({ name, required }) => (required ? [name] : [])),
  }
}

/** No parameter is a function. */
const NONSENSE = (): undefined => undefined

async function askField(field: Field): Promise<{ schema: JsonObject; required: boolean }> {
  const [nothing, nonsense] = await Promise.all([ask(field, undefined), ask(field, NONSENSE)])
  const schema = expectedBy(nonsense.issues)
  if (schema['type'] === 'number' && (await ask(field, 0.5)).issues.some(expectsInteger)) schema['type'] = 'integer'
  if (schema['type'] === 'array') {
    const items = expectedBy((await ask(field, [NONSENSE])).issues.filter(({ path = [] }) => path.length > 0))
    if (Object.keys(items).length > 0) schema['items'] = items
  }
  if (await isGivable(field, nothing.value)) schema['default'] = nothing.value as JsonValue
  if (typeof field.description === 'string') schema['description'] = field.description
  return { schema, required: nothing.issues.length > 0 }
}

/** Whether it could be given as it is: what a transform makes of a default is another thing than the default. */
async function isGivable(field: StandardSchema, value: unknown): Promise<boolean> {
  return typeof canonicalJson(value) === 'string' && (await ask(field, value)).issues.length === 0
}

/** Where code of the schema cannot cope with the question, it has not told anything. */
async function ask(field: StandardSchema, value: unknown): Promise<{ value?: unknown; issues: readonly StandardIssue[] }> {
  try {
    const { issues = [], ...rest } = await field['~standard'].validate(value)
    return { ...rest, issues }
  } catch {
    return { issues: [] }
  }
}
