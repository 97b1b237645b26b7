import type { BigQuery, BigQueryOptions } from '@google-cloud/bigquery'
import { EventError } from '../errors.ts'
import type { EventRow, RawObjectRow, UpsertCounts } from '../event.ts'
import type { JsonValue } from '../json.ts'
import type { BatchOutcome, EventSink } from '../sink.ts'
import { BIGQUERY } from '../sql/bigquery-dialect.ts'
import { compileSql } from '../sql/compile-sql.ts'
import { TextBuffer } from '../rows/text-buffer.ts'
import { type BigQueryClientOptions, openBigQuery } from './client.ts'
import { dropStatement, setupStatements } from './ddl.ts'
import { insertOutcome, requestInsert, writeInsert } from './insert.ts'
import { checkedPlace, type DatasetPlace, quoted, RAW_OBJECTS, viewOf } from './place.ts'
import { bigQueryProblem, isMissing } from './problem.ts'
import type { QueryEstimate } from './query-estimate.ts'
import { estimateQuery, jsonRows, parametersOf, runStatement } from './run-query.ts'
import { countUpserts, upsertRows } from './upsert.ts'

export interface BigQuerySinkOptions extends BigQueryClientOptions {
  dataset: string
  /** Of the events. Default `events`. */
  table?: string
  /** A client to use, e.g. the one that jobs have. Default: one of its own. */
  client?: () => Promise<BigQuery>
  /** A query that would read more is refused. Default 10 GiB. */
  maximumBytesBilled?: number
  /** Called before each query with what it would read, by a dry run. Default: no dry run is made. */
  onEstimate?: (estimate: QueryEstimate) => void
  /** What the time is, in milliseconds since 1970. Default Date.now. */
  now?: () => number
}

/** What BigQuery has beyond other sinks. */
export interface BigQuerySink extends EventSink {
  upsert: NonNullable<EventSink['upsert']>
  query: NonNullable<EventSink['query']>
  setup: NonNullable<EventSink['setup']>
  /**
   * Removes the dataset with all that is in it, or with `dryRun` nothing; tells which tables it has. Only one that is
   * named `smoke_*`: EVENTS_OPTION_INVALID for any other.
   */
  drop(options: { dryRun: boolean }): Promise<{ statement: string; tables: string[] }>
}

const GIB = 1024 ** 3

/** A request may have 10 MB; what stands in a JSON text twice is at most doubled. */
const LIMITS = { rows: 2000, bytes: 4_000_000 }

/** Requests at once: enough to hide the latency of BigQuery at these sizes. */
const CONCURRENCY = 4

/** The client takes what another client has, too; its types do not say so. */
type AuthClient = NonNullable<BigQueryOptions['authClient']>

/** Events in BigQuery. No request is sent, and no library loaded, before it is used. Throws EVENTS_OPTION_INVALID. */
export function createBigQuerySink(options: BigQuerySinkOptions): BigQuerySink {
  return new Sink(options)
}

class Sink implements BigQuerySink {
  readonly name: string
  readonly limits = LIMITS
  readonly concurrency = CONCURRENCY
  readonly #options: BigQuerySinkOptions
  readonly #table: string
  /** Not in use: as many as there were requests at once. */
  readonly #bodies: TextBuffer[] = []
  #client: Promise<BigQuery> | undefined
  #inserting: Promise<BigQuery> | undefined
  #place: Promise<DatasetPlace> | undefined

  constructor(options: BigQuerySinkOptions) {
    const { project, dataset, table = 'events' } = options
    checkedPlace({ project: project ?? 'default-project', dataset, table })
    this.#options = options
    this.#table = table
    this.name = `bigquery ${[...(project === undefined ? [] : [project]), dataset, table].join('.')}`
  }

  write(rows: readonly EventRow[], signal: AbortSignal): Promise<BatchOutcome> {
    const body = this.#bodies.pop() ?? new TextBuffer()
    writeInsert(body, rows)
    // A function of its own: this one's end lets go of the rows.
    return this.#insert(body, signal)
  }

  async #insert(body: TextBuffer, signal: AbortSignal): Promise<BatchOutcome> {
    let request: Promise<unknown> = Promise.resolve()
    try {
      signal.throwIfAborted()
      const place = await this.#where()
      const table = (await this.#inserter()).dataset(place.dataset, { projectId: place.project }).table(place.table)
      request = requestInsert(table, body)
      return await insertOutcome(request, `insert into ${quoted(place, place.table)}`, signal)
    } catch (error) {
      throw isMissing(error) ? await this.#perhapsNew(error) : error
    } finally {
      // A request that nobody waits for any more may still be sending it.
      const giveBack = (): void => void this.#bodies.push(body)
      void request.then(giveBack, giveBack)
    }
  }

  /** For minutes after a table was made, inserts may not find it. */
  async #perhapsNew(error: unknown): Promise<unknown> {
    const place = await this.#where()
    const exists = await (await this.#open()).dataset(place.dataset, { projectId: place.project }).table(place.table).exists().catch(() => [false])
    if (!exists[0] || !(error instanceof EventError)) return error
    return new EventError('BIGQUERY_UNAVAILABLE', `${quoted(place, place.table)} is there, but inserts do not find it yet.`, { cause: error, transient: true })
  }

  async upsert(rows: readonly RawObjectRow[], { dryRun, signal }: { dryRun: boolean; signal: AbortSignal }): Promise<UpsertCounts> {
    if (rows.length === 0) return { inserted: 0, updated: 0, unchanged: 0 }
    const options = { client: await this.#open(), place: await this.#where(), location: this.#options.location, signal }
    return dryRun ? countUpserts(rows, options) : upsertRows(rows, options)
  }

  async query(sql: string, params: readonly JsonValue[], signal: AbortSignal): Promise<Record<string, JsonValue>[]> {
    const place = await this.#where()
    const { location, maximumBytesBilled = 10 * GIB, onEstimate, now = Date.now } = this.#options
    const tables = { events: quoted(place, viewOf(place.table)), raw_objects: quoted(place, RAW_OBJECTS) }
    const compiled = compileSql(sql, { dialect: BIGQUERY, tables, params, now: new Date(now()) })
    const query = { text: compiled.text, parameters: parametersOf(compiled), location, maximumBytesBilled }
    const client = await this.#open()
    const what = `query ${quoted(place)}`
    if (onEstimate !== undefined) {
      const estimate = await estimateQuery(client, query, what)
      if (estimate.bytes > maximumBytesBilled) throw tooCostly(estimate.bytes, maximumBytesBilled)
      onEstimate(estimate)
    }
    return jsonRows(await runStatement(client, query, what, signal), compiled)
  }

  async setup({ dryRun }: { dryRun: boolean }): Promise<string[]> {
    const place = await this.#where()
    const { location } = this.#options
    const statements = setupStatements(place, location)
    if (dryRun) return statements
    const client = await this.#open()
    for (const text of statements) await runStatement(client, { text, location }, `set up ${quoted(place)}`)
    return statements
  }

  async drop({ dryRun }: { dryRun: boolean }): Promise<{ statement: string; tables: string[] }> {
    const place = await this.#where()
    if (!/^smoke_[a-z0-9_]+$/.test(place.dataset)) {
      throw new EventError('EVENTS_OPTION_INVALID', `The dataset ${quoted(place)} is not named smoke_*: it is left as it is.`)
    }
    const client = await this.#open()
    const what = `remove ${quoted(place)}`
    const { location } = this.#options
    const statement = dropStatement(place)
    try {
      const [tables] = await client.dataset(place.dataset, { projectId: place.project }).getTables()
      if (!dryRun) await runStatement(client, { text: statement, location }, what)
      return { statement, tables: tables.map(({ id }) => id ?? '') }
    } catch (error) {
      const problem = bigQueryProblem(error, what)
      if (problem.code === 'BIGQUERY_MISSING') return { statement, tables: [] }
      throw problem
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #open(): Promise<BigQuery> {
    return (this.#client ??= this.#options.client?.() ?? openBigQuery(this.#options))
  }

  /** Shares the credentials, and leaves it to us when a request is sent again. */
  #inserter(): Promise<BigQuery> {
    return (this.#inserting ??= this.#open().then(({ authClient }) => openBigQuery(this.#options, { authClient: authClient as unknown as AuthClient, autoRetry: false })))
  }

  #where(): Promise<DatasetPlace> {
    return (this.#place ??= this.#findPlace())
  }

  async #findPlace(): Promise<DatasetPlace> {
    const { dataset } = this.#options
    try {
      const project = this.#options.project ?? (await (await this.#open()).getProjectId())
      return checkedPlace({ project, dataset, table: this.#table })
    } catch (error) {
      this.#place = undefined
      throw bigQueryProblem(error, 'find out the project')
    }
  }
}

function tooCostly(bytes: number, most: number): EventError {
  return new EventError('BIGQUERY_TOO_COSTLY', `The query would read ${bytes} bytes; at most ${most} are allowed.`, {
    fix: 'Read less (a narrower time, fewer columns), or allow more.',
    details: { bytes, most },
  })
}
