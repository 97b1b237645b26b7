import type { BigQuery } from '@google-cloud/bigquery'
import type { SinkSettings } from './events-options.ts'

/** A client with Application Default Credentials, of the project that is given or else theirs; its library is loaded now. */
export async function openBigQuery({ project, location }: Pick<SinkSettings, 'project' | 'location'>): Promise<BigQuery> {
  const { BigQuery } = await import('@google-cloud/bigquery')
  return new BigQuery({ ...(project !== undefined && { projectId: project }), ...(location !== undefined && { location }) })
}
