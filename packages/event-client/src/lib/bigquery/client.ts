import type { BigQuery, BigQueryOptions } from '@google-cloud/bigquery'

export interface BigQueryClientOptions {
  /** Default: what the credentials say. */
  project?: string
  /** Of the datasets, e.g. `EU`. Default: the client finds out. */
  location?: string
  /** Another address than Google's, e.g. a private endpoint. One that begins with `http://` gets no credentials. */
  endpoint?: string
}

/**
 * A client of BigQuery, with Application Default Credentials; nothing is sent yet. The library is loaded here, and not
 * before. `own`: whatever else the library takes.
 */
export async function openBigQuery({ project, location, endpoint }: BigQueryClientOptions, own: BigQueryOptions = {}): Promise<BigQuery> {
  const { BigQuery: Client } = await import('@google-cloud/bigquery')
  return new Client({
    ...(project !== undefined && { projectId: project }),
    ...(location !== undefined && { location }),
    ...(endpoint !== undefined && { apiEndpoint: endpoint }),
    ...(endpoint?.startsWith('http://') === true && { authClient: anonymous() }),
    ...own,
  })
}

/** Sends nothing with a request. The library asks for no more of what it is given. */
function anonymous(): NonNullable<BigQueryOptions['authClient']> {
  return { getRequestHeaders: () => Promise.resolve(new Headers()) } as unknown as NonNullable<BigQueryOptions['authClient']>
}
