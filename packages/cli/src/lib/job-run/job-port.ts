import { EventError, openBigQuery, openEvents, type EventHub, type EventsOptions } from '@lorc/event-client'
import { findJob } from '@lorc/jobs-registry'
import { systemClock, type EventsChoice, type JobFinder, type JobPlace, type JobPort, type JsonObject } from '@lorc/runner'
import type { OpenOptions } from '../engine.ts'
import { eventsOptions, type GivenEvents } from '../events-options.ts'
import type { Output } from '../io.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import { jobLabel } from '../job-step.ts'

export { loadJob } from '@lorc/runner/jobs'

/** Milliseconds for which it counts where a job is: packages are replaced while a service runs. */
const FRESH_MS = 1000

interface Look {
  place: Promise<JobPlace>
  at: number
}

/**
 * Finds declared jobs, without running code of their packages; however often one is asked for, it is looked for once a second. One
 * that was found stays where it was while none is found: its package may be about to be replaced. Throws RegistryError.
 */
export function jobFinder(workspace: LoadedWorkspace, now: () => number = systemClock.monotonic): JobFinder {
  const looks = new Map<string, Look>()
  return {
    locate(packageName, job) {
      const key = keyOf(packageName, job)
      const before = looks.get(key)
      if (before && now() - before.at < FRESH_MS) return before.place
      const found = locateJob(packageName, job, workspace)
      const look: Look = { place: before ? found.catch(() => before.place) : found, at: now() }
      looks.set(key, look)
      // Whoever was told the package's name in full asks by that.
      look.place.then((place) => looks.set(keyOf(place.package, job), look), () => looks.delete(key))
      return look.place
    },
  }
}

const keyOf = (packageName: string, job: string): string => JSON.stringify([packageName, job])

async function locateJob(packageName: string, job: string, workspace: LoadedWorkspace): Promise<JobPlace> {
  const { file, export: name, package: full, version, params } = await findJob(discoveryOptions(workspace), packageName, job)
  const label = jobLabel(full, job)
  return { file, export: name, package: full, version, label, ...(params && { params: params as JsonObject }) }
}

/** A choice as the command line gives it. */
function givenEvents({ sink, smokeNamespace, allowOutbox = false }: EventsChoice): GivenEvents {
  return { sink, 'smoke-namespace': smokeNamespace, 'allow-outbox': allowOutbox }
}

/** What the jobs of this process share: where they are, and the way of their events. */
export function openJobPort({ workspace, env, jobs = {} }: OpenOptions): Pick<JobPort, 'locate' | 'events' | 'bigquery' | 'elsewhere'> & { close(): Promise<void> } {
  const { dryRun = false, output } = jobs
  const optionsOf = (choice: EventsChoice): EventsOptions => eventsOptions(workspace, env, { ...givenEvents(choice), dryRun })
  const finder = jobs.finder ?? jobFinder(workspace)
  let client: ReturnType<JobPort['bigquery']> | undefined
  const bigquery: JobPort['bigquery'] = (choice) => (client ??= openBigQuery(optionsOf(choice)))
  const hubs = new Map<string, Promise<EventHub>>()
  return {
    locate: (packageName, job) => finder.locate(packageName, job),
    events(choice) {
      const key = JSON.stringify([choice.sink, choice.smokeNamespace, choice.allowOutbox])
      const known = hubs.get(key) ?? openEvents({ ...optionsOf(choice), client: () => bigquery(choice), ...(output && { output: lineOutput(output) }) })
      hubs.set(key, known)
      return known
    },
    elsewhere: async (choice) => ({ ...optionsOf(choice), deliver: false }),
    bigquery,
    async close() {
      const opened = await Promise.allSettled(hubs.values())
      const closed = await Promise.allSettled(opened.map(async (hub) => hub.status === 'fulfilled' && hub.value.close()))
      // What could not be opened or kept has failed the steps that it is of: the run's end tells of it.
      for (const end of closed) if (end.status === 'rejected' && !(end.reason instanceof EventError)) throw end.reason
    },
  }
}

/** Jobs print to their logs; what their events say on standard output is lorc's own to write. */
function lineOutput(output: Output): NonNullable<EventsOptions['output']> {
  return {
    write(text, done) {
      output.write(text)
      output.drained().then(() => done(), done)
    },
  }
}
