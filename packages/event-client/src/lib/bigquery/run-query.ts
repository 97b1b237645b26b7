import type { BigQuery, JobMetadata, JobRequest } from '@google-cloud/bigquery'
import { EventError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import type { CompiledSql } from '../sql/compile-sql.ts'
import type { BoundValue } from '../sql/parameters.ts'
import { jsonOf } from '../sql/result-value.ts'
import type { SqlType } from '../sql/types.ts'
import { bigQueryProblem } from './problem.ts'
import type { QueryEstimate } from './query-estimate.ts'

const DOLLARS_PER_TIB = 6.25
const TIB = 1024 ** 4

/** A statement, with what the API takes along with it. */
export interface Statement {
  text: string
  /** By name. */
  parameters?: Readonly<Record<string, BoundValue>>
  /** Of the dataset. */
  location: string | undefined
  maximumBytesBilled?: number
}

/** Tells what a query would read; it reads nothing. Throws EventError BIGQUERY_*. */
export async function estimateQuery(client: BigQuery, statement: Statement, what: string): Promise<QueryEstimate> {
  try {
    const [, { statistics }] = await client.createJob(jobOf(statement, true))
    const bytes = Number(statistics?.totalBytesProcessed ?? 0)
    return { bytes, dollars: (bytes / TIB) * DOLLARS_PER_TIB }
  } catch (error) {
    throw bigQueryProblem(error, what)
  }
}

/** Runs a statement and waits for it; its rows as the client has them. Throws EventError BIGQUERY_*. */
export async function runStatement(client: BigQuery, statement: Statement, what: string, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
  try {
    signal?.throwIfAborted()
    const [job] = await client.createJob(jobOf(statement, false))
    const cancel = (): void => void job.cancel().catch(() => undefined)
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      const [rows] = await job.getQueryResults({ wrapIntegers: true })
      return rows as Record<string, unknown>[]
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw bigQueryProblem(error, what)
  }
}

/** As the API has it. The client's own `createQueryJob` sends a field that the API does not know. */
function jobOf({ text, parameters = {}, location, maximumBytesBilled }: Statement, dryRun: boolean): JobRequest<JobMetadata> {
  const queryParameters = Object.entries(parameters).map(([name, { type, value }]) => ({
    name,
    parameterType: { type },
    parameterValue: { value: String(value) },
  }))
  return {
    configuration: {
      ...(dryRun && { dryRun }),
      query: {
        query: text,
        useLegacySql: false,
        ...(queryParameters.length > 0 && { parameterMode: 'NAMED', queryParameters }),
        ...(maximumBytesBilled !== undefined && { maximumBytesBilled: String(maximumBytesBilled) }),
      },
    },
    ...(location !== undefined && { location }),
  }
}

/** The parameters of a compiled query, by the names that it has for them. */
export function parametersOf({ parameters }: CompiledSql): Record<string, BoundValue> {
  return Object.fromEntries([...parameters].map(([number, value]) => [`p${number}`, value]))
}

/** Rows as JSON, the same as from SQLite. */
export function jsonRows(rows: readonly Record<string, unknown>[], { columns }: CompiledSql): Record<string, JsonValue>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name, type }) => [name, valueOf(row[name], type)])))
}

/** The client wraps what JavaScript has no type for in `{ value }`. */
function valueOf(value: unknown, type: SqlType): JsonValue {
  const plain = typeof value === 'object' && value !== null && 'value' in value && type !== 'JSON' ? value.value : value
  if (type !== 'TIMESTAMP' || typeof plain !== 'string') return jsonOf(plain, type)
  const at = new Date(plain)
  if (Number.isNaN(at.getTime())) throw new EventError('BIGQUERY_REFUSED', `BigQuery answered \`${plain}\` for a TIMESTAMP.`)
  return at.toISOString()
}
