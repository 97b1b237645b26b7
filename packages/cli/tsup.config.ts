import { program } from '../../tools/config/tsup.ts'

export default program('lorc', { carries: ['../event-client', '../jobs-registry', '../runner'], installed: ['@google-cloud/bigquery', '@lorc/server'], library: 'index', core: 'src/lib/run-process.ts', alone: ['src/lib/jobs/list-quickly.ts'] })
