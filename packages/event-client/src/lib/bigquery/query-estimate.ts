/** What a query would cost, by a dry run of BigQuery's own. */
export interface QueryEstimate {
  /** That BigQuery would read, before it rounds up to 10 MB for each table. */
  bytes: number
  /** At the on-demand price of the US and the EU. */
  dollars: number
}
