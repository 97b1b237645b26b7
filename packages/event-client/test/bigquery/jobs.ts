import { randomUUID } from 'node:crypto'
import { ApiError, notFound } from './api-error.ts'
import { type Cell, runStatement, type StatementResult } from './statements.ts'
import type { Column, Warehouse } from './warehouse.ts'

interface QueryParameter {
  name?: string
  parameterType?: { type?: string }
  parameterValue?: { value?: string | null }
}

export interface JobRequest {
  jobReference?: { jobId?: string; projectId?: string; location?: string }
  configuration?: {
    dryRun?: boolean
    query?: { query?: string; queryParameters?: QueryParameter[]; maximumBytesBilled?: string }
    load?: { destinationTable?: { projectId?: string; datasetId?: string; tableId?: string }; schema?: { fields?: Column[] }; sourceFormat?: string }
  }
}

/** Jobs are done when the request that began them is answered. */
export class Jobs {
  /** That each query claims to read. */
  bytesPerQuery = 1_000_000
  readonly #warehouse: Warehouse
  readonly #results = new Map<string, { job: object; result: StatementResult }>()

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse
  }

  /** Runs a query job; the answer is the job. */
  query(project: string, { jobReference, configuration }: JobRequest): object {
    const { query = '', queryParameters = [], maximumBytesBilled } = configuration?.query ?? {}
    const dryRun = configuration?.dryRun === true
    const statistics = { totalBytesProcessed: String(this.bytesPerQuery), query: { totalBytesProcessed: String(this.bytesPerQuery) } }
    if (!dryRun && maximumBytesBilled !== undefined && Number(maximumBytesBilled) < this.bytesPerQuery) {
      throw new ApiError(400, 'bytesBilledLimitExceeded', `Query exceeded limit for bytes billed: ${maximumBytesBilled}.`)
    }
    const result = runStatement(this.#warehouse, query, Object.fromEntries(queryParameters.map((parameter) => [parameter.name ?? '', valueOf(parameter)])))
    return this.#keep(project, jobReference?.jobId, { configuration: { ...configuration, jobType: 'QUERY' }, statistics }, dryRun ? undefined : result)
  }

  /** Loads newline-delimited JSON into a table, which it makes or replaces. */
  load(project: string, { jobReference, configuration }: JobRequest, data: string): object {
    const { destinationTable, schema, sourceFormat } = configuration?.load ?? {}
    if (sourceFormat !== 'NEWLINE_DELIMITED_JSON') throw new ApiError(400, 'invalid', 'The contract server loads NEWLINE_DELIMITED_JSON.')
    const key = [destinationTable?.projectId, destinationTable?.datasetId, destinationTable?.tableId].join('.')
    if (this.#warehouse.has(key)) this.#warehouse.drop(key)
    const table = this.#warehouse.createTable(key, schema?.fields ?? [])
    for (const line of data.split('\n').filter((text) => text !== '')) {
      // In a load job a JSON column takes whatever JSON there is, not a text that holds it.
      const row = JSON.parse(line) as Record<string, unknown>
      const texts = Object.entries(row).map(([name, value]) => [name, table.columns.some((column) => column.name === name && column.type === 'JSON') ? JSON.stringify(value) : value])
      const encoded = this.#warehouse.encode(table, Object.fromEntries(texts) as Record<string, unknown>)
      if (!Array.isArray(encoded)) throw new ApiError(400, 'invalid', `Error while reading data: ${encoded.message}`)
      table.insert?.run(...encoded)
    }
    return this.#keep(project, jobReference?.jobId, { configuration: { ...configuration, jobType: 'LOAD' }, statistics: {} }, { columns: [], rows: [] })
  }

  find(id: string): { job: object; result: StatementResult } {
    const found = this.#results.get(id)
    if (found === undefined) throw notFound(`Job ${id}`)
    return found
  }

  /** The rows, as the API has them: everything is a text. */
  results(project: string, id: string): object {
    const { columns, rows } = this.find(id).result
    return {
      kind: 'bigquery#getQueryResultsResponse',
      jobReference: { projectId: project, jobId: id, location: 'US' },
      jobComplete: true,
      totalRows: String(rows.length),
      schema: { fields: columns.map(({ name, type }) => ({ name, type: API_TYPES[type] ?? type, mode: 'NULLABLE' })) },
      rows: rows.map((row) => ({ f: row.map((value, place) => ({ v: cellOf(value, columns[place]?.type) })) })),
    }
  }

  #keep(project: string, given: string | undefined, rest: object, result: StatementResult | undefined): object {
    const jobId = given ?? `job_${randomUUID()}`
    const job = { kind: 'bigquery#job', id: `${project}:US.${jobId}`, jobReference: { projectId: project, jobId, location: 'US' }, status: { state: 'DONE' }, ...rest }
    if (result !== undefined) this.#results.set(jobId, { job, result })
    return job
  }
}

const API_TYPES: Readonly<Record<string, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN', NULL: 'STRING' }

function cellOf(value: Cell, type: string | undefined): string | null {
  if (value === null) return null
  if (type === 'BOOL') return value === 1n ? 'true' : 'false'
  // Microseconds since 1970: the client asks for them.
  if (type === 'TIMESTAMP') return String(Date.parse(String(value)) * 1000)
  return String(value)
}

function valueOf({ parameterType, parameterValue }: QueryParameter): string | number | boolean | null {
  const { value = null } = parameterValue ?? {}
  if (value === null) return null
  const type = parameterType?.type
  if (type === 'INT64' || type === 'FLOAT64') return Number(value)
  return type === 'BOOL' ? value === 'true' : value
}
