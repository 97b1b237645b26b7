import { openEvents, type EventHub, type EventsOptions } from '@lorc/event-client'
import { findJob } from '@lorc/jobs-registry'
import type { EventsChoice, JobPlace, JobPort } from '@lorc/runner'
import { join } from 'node:path'
import type { OpenOptions } from '../engine.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import type { LoadedWorkspace } from '../workspace.ts'

/** What is opened for a choice. Of the sinks, those of the local database are there so far. */
function eventsOptions({ sink, smokeNamespace, allowOutbox }: EventsChoice, root: string, dryRun: boolean): EventsOptions {
  return {
    dir: join(root, '.lorc'),
    ...(sink === 'memory' && { sink }),
    ...(smokeNamespace !== undefined && { namespace: smokeNamespace }),
    ...(allowOutbox && { allowOutbox }),
    ...(dryRun && { dryRun }),
  }
}

/** Where a declared job is; no code of its package is run. Throws RegistryError. */
export async function locateJob(packageName: string, job: string, workspace: LoadedWorkspace): Promise<JobPlace> {
  const { file, export: name, package: full, version } = await findJob(discoveryOptions(workspace), packageName, job)
  return { file, export: name, package: full, version, label: `${full.replace(/^@[^/]*\//, '')}/${job}` }
}

/** What the jobs of this process share: where they are, and the way of their events. */
export function openJobPort({ workspace, jobs = {} }: OpenOptions): Pick<JobPort, 'locate' | 'events' | 'bigquery'> & { close(): Promise<void> } {
  const { root } = workspace
  const places = new Map<string, Promise<JobPlace>>()
  const hubs = new Map<string, Promise<EventHub>>()
  return {
    locate(packageName, job) {
      const key = `${packageName}/${job}`
      const known = places.get(key) ?? locateJob(packageName, job, workspace)
      places.set(key, known)
      return known
    },
    events(choice) {
      const key = JSON.stringify([choice.sink, choice.smokeNamespace, choice.allowOutbox])
      const known = hubs.get(key) ?? openEvents(eventsOptions(choice, root, jobs.dryRun === true))
      hubs.set(key, known)
      return known
    },
    bigquery: () => Promise.reject(new Error('no BigQuery yet')),
    async close() {
      for (const hub of hubs.values()) await (await hub).close()
    },
  }
}
