import type { JobSpec, JsonObject } from '@lorc/event-client'

/**
 * The parameters of a job whose schema does not tell its types: each `--param` was read as JSON where it is JSON, and one
 * that the schema refuses so is given as the text that was written.
 */
export async function asMeant({ params: schema }: Pick<JobSpec, 'params'>, params: JsonObject, written: readonly string[]): Promise<JsonObject> {
  if (schema === undefined || !written.some((text) => typeof params[nameOf(text)] !== 'string')) return params
  const { issues } = await schema['~standard'].validate(params)
  if (issues === undefined) return params
  const refused = new Set(issues.map(({ path: [first] = [] }) => String(typeof first === 'object' ? first.key : first)))
  const texts = written.filter((text) => refused.has(nameOf(text))).map((text) => [nameOf(text), text.slice(text.indexOf('=') + 1)] as const)
  return { ...params, ...Object.fromEntries(texts) }
}

function nameOf(text: string): string {
  return text.slice(0, text.indexOf('='))
}
