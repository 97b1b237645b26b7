export { createBigQuerySink, type BigQuerySink, type BigQuerySinkOptions } from './lib/bigquery/bigquery-sink.ts'
export type { QueryEstimate } from './lib/bigquery/query-estimate.ts'
