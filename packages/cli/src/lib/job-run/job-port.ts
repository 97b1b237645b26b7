import { openEvents, type EventHub, type EventsOptions } from '@lorc/event-client'
import { discoverJobs, getJob, type JobRegistry } from '@lorc/jobs-registry'
import type { EventsChoice, JobPlace, JobPort } from '@lorc/runner'
import { join } from 'node:path'
import type { OpenOptions } from '../engine.ts'
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
export async function locateJob(packageName: string, job: string, { root }: LoadedWorkspace, known?: JobRegistry): Promise<JobPlace> {
  const registry = known ?? (await discoverJobs({ root }))
  const { file, export: name, package: full, version } = getJob(registry, packageName, job)
  return { file, export: name, package: full, version, label: `${full.replace(/^@[^/]*\//, '')}/${job}` }
}

/** What the jobs of this process share: where they are, and the way of their events. */
export function openJobPort({ workspace, jobs = {} }: OpenOptions): Pick<JobPort, 'locate' | 'events' | 'bigquery'> & { close(): Promise<void> } {
  const { root } = workspace
  let registry: Promise<JobRegistry> | undefined
  const hubs = new Map<string, Promise<EventHub>>()
  return {
    async locate(packageName, job) {
      registry ??= discoverJobs({ root })
      return locateJob(packageName, job, workspace, await registry)
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
