import type { BigQuery } from '@google-cloud/bigquery'
import type { QueryEstimate } from './bigquery/query-estimate.ts'
import type { EventClock } from './event-clock.ts'
import type { EventSink } from './sink.ts'
import type { LineOutput } from './sinks/stdout.ts'

/** `sqlite` and `memory` keep events in the local database; the others have them delivered from its outbox. */
export type SinkName = 'sqlite' | 'memory' | 'ndjson' | 'stdout' | 'http' | 'bigquery'

/** Which sink, and what it needs: as under `events` in lorc.config. */
export interface SinkSettings {
  /** Default `sqlite`. */
  sink?: SinkName | EventSink
  /** sqlite: the database; default `events.db` in `dir`. ndjson: the folder; default `events` in `dir`. */
  path?: string
  /** http: where to. */
  url?: string
  /** http: sent with every request. */
  headers?: Record<string, string>
  /** bigquery: default GOOGLE_CLOUD_PROJECT, or what the credentials say. */
  project?: string
  /** bigquery. */
  dataset?: string
  /** bigquery: default `events`. */
  table?: string
  /** bigquery: of the dataset. */
  location?: string
  /** bigquery: another address than Google's; one that begins with `http://` gets no credentials. */
  endpoint?: string
}

/** Where events go, and how they are delivered. */
export interface EventsOptions extends SinkSettings {
  /** The folder of the local database and of files. Default `.lorc` in the working directory. */
  dir?: string
  /** The same tables in another place, `smoke_NS`: lower case letters, digits and `_`. */
  namespace?: string
  /** Nothing is written; emitted events are counted, and the first three of each type kept. */
  dryRun?: boolean
  /** To have events in the outbox is enough for `settle`. Default false. */
  allowOutbox?: boolean
  /**
   * Events are delivered in batches of at most so many rows and bytes (default: what the sink takes), and after so many
   * milliseconds (default 500) in smaller ones.
   */
  batch?: { rows?: number; bytes?: number; ageMs?: number }
  /** From so many events in the outbox on, `flush` of a client waits for the sink. Default 100,000. */
  maxWaiting?: number
  /** How long `settle` and `flush` put up with a sink that takes nothing. Default 60 s. */
  patienceMs?: number
  /** How long a sink may take for a batch. Default 60 s. */
  requestMs?: number
  /** False where another process delivers: `settle` then waits until events are on disk in the outbox. Default true. */
  deliver?: boolean
  /** Of one event or raw object. Default 4 MiB. */
  maxPayloadBytes?: number
  /** bigquery: a query that would read more bytes is refused. Default 10 GiB. */
  maximumBytesBilled?: number
  /** bigquery: called before each query with what it would read, by a dry run. Default: no dry run is made. */
  onEstimate?: (estimate: QueryEstimate) => void
  /** What is missing is the system's. */
  clock?: Partial<EventClock>
  /** Uniform in [0, 1): spreads retries. Default Math.random. */
  random?: () => number
  /** For sink `bigquery`: a client to use, e.g. the one that jobs have. Default: one of its own. */
  client?: () => Promise<BigQuery>
  /** For sink `stdout`. */
  output?: LineOutput
}
