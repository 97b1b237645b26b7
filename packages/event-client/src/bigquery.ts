export { createBigQuerySink, type BigQuerySink, type BigQuerySinkOptions } from './lib/bigquery/bigquery-sink.ts'
export { openBigQuery, type BigQueryClientOptions } from './lib/bigquery/client.ts'
export type { QueryEstimate } from './lib/bigquery/run-query.ts'
