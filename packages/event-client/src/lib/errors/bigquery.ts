/** Problems with BigQuery. */
export const BIGQUERY_ERRORS = {
  BIGQUERY_UNAVAILABLE: 'BigQuery cannot be reached, is overloaded, or a quota is used up; the same may succeed later.',
  BIGQUERY_DENIED: 'There are no credentials for BigQuery, or they do not allow what was asked.',
  BIGQUERY_MISSING: 'A dataset or a table of BigQuery is not there.',
  BIGQUERY_SCHEMA: 'A table of BigQuery does not have the columns that events have.',
  BIGQUERY_REFUSED: 'BigQuery refused a request.',
  BIGQUERY_TOO_COSTLY: 'A query would read more bytes than is allowed; nothing was read.',
} as const
