import { openEvents, type EventHub, type EventsOptions } from '@lorc/event-client'
import { join } from 'node:path'
import type { Clock } from '../api.ts'
import type { StepExecutor } from '../executor.ts'
import type { JobPort } from '../job-port.ts'
import type { PlanStep } from '../plan.ts'
import { createJobExecutor } from './job.ts'
import { Workbench, type TestAttempt } from './node-attempt.fixture.ts'

/** Where jobs in a test import what they are made of from. */
const EVENT_CLIENT = import.meta.resolve('@lorc/event-client')

/** Jobs of one module, and an executor for them. */
export class JobBench extends Workbench {
  readonly executor: StepExecutor
  readonly #events: EventsOptions
  #hub: Promise<EventHub> | undefined

  constructor(port: Partial<JobPort> & { eventsOptions?: EventsOptions; clock?: Clock } = {}) {
    super()
    const { eventsOptions, clock, ...rest } = port
    this.#events = { dir: join(this.root, '.lorc'), ...eventsOptions }
    const timers: Clock = {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep(ms, wake) {
        const timer = setTimeout(wake, ms)
        return () => clearTimeout(timer)
      },
    }
    this.executor = createJobExecutor({
      startTimeOf: () => '',
      clock: clock ?? timers,
      port: {
        locate: (name, job) => ({ file: join(this.root, 'jobs.mjs'), export: job, package: `@acme/${name}`, version: '1.0.0', label: `${name}/${job}` }),
        events: () => this.hub(),
        elsewhere: async () => ({ ...this.#events, deliver: false }),
        bigquery: () => Promise.reject(new Error('no BigQuery')),
        logging: { level: 'info', format: 'text' },
        ...rest,
      },
    })
  }

  hub(): Promise<EventHub> {
    return (this.#hub ??= openEvents(this.#events))
  }

  /** Writes the module of jobs. */
  jobs(code: string): void {
    this.file('jobs.mjs', `import { defineJob, TransientError } from ${JSON.stringify(EVENT_CLIENT)}\n${code}`)
  }

  job(name: string, job: Partial<NonNullable<PlanStep['job']>> = {}, step: Partial<PlanStep> = {}, rest: Partial<TestAttempt> = {}): TestAttempt {
    return this.attempt({ name: 'extract', type: 'job', job: { package: 'ingester', name, ...job }, ...step }, rest)
  }

  async rows(): Promise<unknown[]> {
    return await (await this.hub()).query('SELECT event_type, payload FROM events ORDER BY event_type')
  }

  async close(): Promise<void> {
    await this.executor.close()
    await (await this.#hub)?.close()
    this.remove()
  }
}
