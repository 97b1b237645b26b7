import { randomBytes } from 'node:crypto'
import { env } from 'node:process'
import { createBigQuerySink } from '../../src/bigquery.ts'

/** `project.dataset` in LORC_TEST_BIGQUERY: the suites then run on the real service, in datasets of their own. */
export const REAL = env['LORC_TEST_BIGQUERY']

/** A dataset of the project that nobody else has, named after the one that is given; it is removed at the end. */
export async function realDataset(cleanup: (task: () => Promise<void>) => void): Promise<{ project: string; dataset: string }> {
  const [project = '', name = ''] = REAL?.split('.') ?? []
  const dataset = `smoke_${name}_${randomBytes(4).toString('hex')}`.toLowerCase()
  const sink = createBigQuerySink({ project, dataset })
  cleanup(async () => {
    await sink.drop({ dryRun: false })
  })
  return { project, dataset }
}
