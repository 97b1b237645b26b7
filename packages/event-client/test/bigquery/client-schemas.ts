import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What the contract server checks, by the names of the client's types. */
export const CHECKED = [
  'ITableDataInsertAllRequest',
  'ITableDataInsertAllResponse',
  'IJob',
  'IGetQueryResultsResponse',
  'ITable',
  'ITableList',
] as const
export type Checked = (typeof CHECKED)[number]

export const SCHEMAS_FILE = fileURLToPath(new URL('schemas.json', import.meta.url))

/** JSON Schemas (draft 7) of the types of BigQuery's own client, made of its declarations. Takes seconds. */
export async function clientSchemas(): Promise<Record<Checked, object>> {
  const { createGenerator } = await import('ts-json-schema-generator')
  const path = createRequire(import.meta.url).resolve('@google-cloud/bigquery').replace(/index\.js$/, 'types.d.ts')
  const generator = createGenerator({ path, skipTypeCheck: true, expose: 'all', topRef: false, jsDoc: 'none', additionalProperties: false })
  return Object.fromEntries(CHECKED.map((name) => [name, generator.createSchema(`bigquery.${name}`)])) as Record<Checked, object>
}
