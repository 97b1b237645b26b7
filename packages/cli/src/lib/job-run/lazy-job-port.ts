import type { JobFinder, JobPort } from '@lorc/runner'
import type { OpenOptions } from '../engine.ts'
import type { LoadedWorkspace } from '../workspace.ts'

/** The port of jobs, loaded when a step first asks for something: most runs have no jobs. */
export function lazyJobPort(options: OpenOptions): JobPort & { close(): Promise<void> } {
  let loading: ReturnType<typeof load> | undefined
  const { config } = options.workspace
  const { logLevel, dryRun = false } = options.jobs ?? {}
  const port = (): ReturnType<typeof load> => (loading ??= load(options))
  return {
    dryRun,
    logging: { ...config.logging, ...(logLevel !== undefined && { level: logLevel }) },
    locate: async (packageName, job) => (await port()).locate(packageName, job),
    events: async (choice) => (await port()).events(choice),
    elsewhere: async (choice) => (await port()).elsewhere(choice),
    bigquery: async (choice) => (await port()).bigquery(choice),
    close: async () => await (await loading)?.close(),
  }
}

async function load(options: OpenOptions) {
  const { openJobPort } = await import('./job-port.ts')
  return openJobPort(options)
}

/** The same for where jobs are alone. */
export function lazyJobFinder(workspace: LoadedWorkspace): JobFinder {
  let finder: Promise<JobFinder> | undefined
  return {
    async locate(packageName, job) {
      finder ??= import('./job-port.ts').then(({ jobFinder }) => jobFinder(workspace))
      return (await finder).locate(packageName, job)
    },
  }
}
