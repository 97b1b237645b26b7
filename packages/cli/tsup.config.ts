import { program } from '../../tools/config/program.ts'

export default program('lorc', {
  carries: ['../event-client', '../jobs-registry', '../runner'],
  installed: ['@google-cloud/bigquery', '@lorc/server'],
  library: 'index',
  scripts: ['src/lib/run-process.ts', 'src/lib/jobs/list-quickly.ts'],
  stays: 'src/lib/start/service-process.ts',
  shared: ['@lorc/context', '@lorc/event-client', '@lorc/jobs-registry', '@lorc/runner', 'zod'],
  instead: { 'src/lib/start/parts.ts': 'src/lib/start/built-parts.ts' },
})
