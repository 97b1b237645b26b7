import type { JobSpec, JsonObject } from '@lorc/event-client'

/**
 * The parameters of a job whose schema does not tell its types: each `--param` was read as JSON where it is JSON, and
 * one that the schema refuses so, and takes as the text that was written, is given as that text.
 */
export async function asMeant({ params: schema }: Pick<JobSpec, 'params'>, params: JsonObject, written: readonly string[]): Promise<JsonObject> {
  if (schema === undefined || !written.some((text) => typeof params[nameOf(text)] !== 'string')) return params
  const refused = await refusedNames(schema, params)
  const texts = written.filter((text) => refused.has(nameOf(text))).map((text) => [nameOf(text), text.slice(text.indexOf('=') + 1)] as const)
  if (texts.length === 0) return params
  const stillRefused = await refusedNames(schema, { ...params, ...Object.fromEntries(texts) })
  return { ...params, ...Object.fromEntries(texts.filter(([name]) => !stillRefused.has(name))) }
}

/** What a schema's own code throws, whoever reads the parameters tells. */
async function refusedNames(schema: NonNullable<JobSpec['params']>, params: JsonObject): Promise<Set<string>> {
  const { issues = [] } = await Promise.resolve(params).then((given) => schema['~standard'].validate(given)).catch(() => ({ issues: [] }))
  return new Set(issues.map(({ path: [first] = [] }) => String(typeof first === 'object' ? first.key : first)))
}

function nameOf(text: string): string {
  return text.slice(0, text.indexOf('='))
}
