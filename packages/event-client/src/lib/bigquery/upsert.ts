import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { BigQuery, Table } from '@google-cloud/bigquery'
import type { RawObjectRow, UpsertCounts } from '../event.ts'
import { columnsOf } from './ddl.ts'
import { type DatasetPlace, quoted, RAW_OBJECTS } from './place.ts'
import { bigQueryProblem, isMissing } from './problem.ts'
import { runStatement } from './run-query.ts'

export interface UpsertOptions {
  readonly client: BigQuery
  readonly place: DatasetPlace
  readonly location: string | undefined
  readonly signal: AbortSignal
}

const WHAT = 'insert or update raw objects'

/**
 * Inserts or updates raw objects, no two with the same key: a load job brings them into a table of their own, from which a
 * MERGE takes them. Rows that were streamed a moment ago refuse such statements; loaded ones do not. Throws EventError
 * BIGQUERY_*.
 */
export async function upsertRows(rows: readonly RawObjectRow[], { client, place, location, signal }: UpsertOptions): Promise<UpsertCounts> {
  const staging = client.dataset(place.dataset, { projectId: place.project }).table(`_lorc_staging_${randomUUID().replaceAll('-', '')}`, location === undefined ? {} : { location })
  const from = quoted(place, staging.id ?? '')
  try {
    await load(staging, rows)
    const counts = await runStatement(client, { text: countStatement(place, from), location }, WHAT, signal)
    await runStatement(client, { text: mergeStatement(place, from), location }, WHAT, signal)
    return countsOf(counts)
  } catch (error) {
    signal.throwIfAborted()
    throw bigQueryProblem(error, WHAT)
  } finally {
    await staging.delete({ ignoreNotFound: true }).catch(() => undefined)
  }
}

/** Tells what would become of the rows, writing nothing. Throws EventError BIGQUERY_*. */
export async function countUpserts(rows: readonly RawObjectRow[], { client, place, location, signal }: UpsertOptions): Promise<UpsertCounts> {
  const from = `(SELECT JSON_VALUE(item, '$.source') AS source, JSON_VALUE(item, '$.object_type') AS object_type, JSON_VALUE(item, '$.idem_key') AS idem_key, JSON_QUERY(item, '$.payload') AS payload FROM UNNEST(JSON_QUERY_ARRAY(PARSE_JSON(@rows, wide_number_mode => 'round'))) AS item)`
  const json = `[${rows.map(lineOf).join(',')}]`
  try {
    const parameters = { rows: { type: 'STRING', value: json } } as const
    return countsOf(await runStatement(client, { text: countStatement(place, from), parameters, location }, WHAT, signal))
  } catch (error) {
    if (isMissing(error)) return { inserted: rows.length, updated: 0, unchanged: 0 }
    throw error
  }
}

/** The payload is JSON already, and goes in as it is. */
function lineOf({ payload, ...columns }: RawObjectRow): string {
  return `${JSON.stringify(columns).slice(0, -1)},"payload":${payload}}`
}

async function load(staging: Table, rows: readonly RawObjectRow[]): Promise<void> {
  const upload = staging.createWriteStream({
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    schema: { fields: columnsOf('raw_objects') },
    createDisposition: 'CREATE_IF_NEEDED',
    writeDisposition: 'WRITE_TRUNCATE',
  })
  await new Promise<void>((resolve, reject) => {
    upload.on('complete', () => resolve())
    upload.on('error', reject)
    Readable.from(rows.map((row) => `${lineOf(row)}\n`)).pipe(upload)
  })
}

const JOIN = 't.source = s.source AND t.object_type = s.object_type AND t.idem_key = s.idem_key'
const CHANGED = 'TO_JSON_STRING(t.payload) != TO_JSON_STRING(s.payload)'

function countStatement(place: DatasetPlace, from: string): string {
  return `SELECT COUNTIF(t.idem_key IS NULL) AS inserted, COUNTIF(t.idem_key IS NOT NULL AND ${CHANGED}) AS updated, COUNTIF(t.idem_key IS NOT NULL AND NOT ${CHANGED}) AS unchanged
FROM ${from} AS s LEFT JOIN ${quoted(place, RAW_OBJECTS)} AS t ON ${JOIN}`
}

function mergeStatement(place: DatasetPlace, from: string): string {
  const names = columnsOf('raw_objects').map(({ name }) => name)
  return `MERGE ${quoted(place, RAW_OBJECTS)} AS t USING ${from} AS s ON ${JOIN}
WHEN MATCHED AND ${CHANGED} THEN UPDATE SET payload = s.payload, correlation_id = s.correlation_id, last_seen = s.last_seen, changed_at = s.changed_at
WHEN MATCHED THEN UPDATE SET last_seen = s.last_seen
WHEN NOT MATCHED THEN INSERT (${names.join(', ')}) VALUES (${names.map((name) => `s.${name}`).join(', ')})`
}

function countsOf([row]: readonly Record<string, unknown>[]): UpsertCounts {
  const count = (name: string): number => Number((row?.[name] as { value?: string } | undefined)?.value ?? 0)
  return { inserted: count('inserted'), updated: count('updated'), unchanged: count('unchanged') }
}
