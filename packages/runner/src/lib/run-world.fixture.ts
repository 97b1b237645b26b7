import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runner, RunnerOptions } from './api.ts'
import { driverIdentity } from './leases/driver-identity.ts'
import type { JournalEvent } from './events.ts'
import type { Plan, PlanStep } from './plan.ts'
import { createRunner } from './create-runner.ts'
import type { RunStore } from './store.ts'
import { createMemoryStore } from './stores/memory.ts'
import { FakeClock } from './testing/fake-clock.ts'
import { scriptedExecutor, type Script } from './testing/scripted-executor.ts'

type StepSketch = Partial<PlanStep> & { name: string }

export interface ScriptedRunner extends Runner {
  /** `step#attempt` of every attempt that began, in order. */
  readonly begun: string[]
}

/** A workspace, a store and a clock that runners of scripted steps share. */
export class RunWorld {
  readonly workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-run-')))
  readonly clock = new FakeClock()
  store: RunStore = createMemoryStore()

  async runner(scripts: Record<string, Script> = {}, options: Partial<RunnerOptions> = {}): Promise<ScriptedRunner> {
    let draws = 0
    const executor = scriptedExecutor(scripts)
    const made = await createRunner({
      workspace: this.workspace,
      store: this.store,
      clock: this.clock,
      ids: { random: () => (draws++ % 97) / 97 },
      executors: [executor],
      concurrency: 4,
      ...options,
    })
    return Object.assign(made, { begun: executor.begun })
  }

  async events(runId: string): Promise<JournalEvent[]> {
    const events: JournalEvent[] = []
    for await (const lines of this.store.read(runId)) for (const line of lines) events.push(JSON.parse(line) as JournalEvent)
    return events
  }

  async types(runId: string): Promise<string[]> {
    return (await this.events(runId)).map(({ type }) => type)
  }

  /** As if the process that drives the run had been killed: its lease is another's, who is gone. */
  async orphan(runId: string): Promise<void> {
    const { epoch } = (await this.store.lease(runId))!
    const taken = await this.store.takeLease(runId, epoch, { ...driverIdentity(), id: 'gone', startTime: 'long ago' })
    if (taken === undefined) throw new Error('the lease was taken by somebody else')
  }

  remove(): void {
    rmSync(this.workspace, { recursive: true, force: true })
  }
}

/** Steps of type `scripted`, each in a stage of its own unless it says otherwise. */
export function scriptedPlan(...steps: StepSketch[]): Plan {
  return { lorc: 1, name: 'demo', steps: steps.map((step, i) => ({ type: 'scripted', stage: i, ...step })) }
}

/** Lets things happen until it holds; fails when it does not in two minutes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = performance.now(); performance.now() - began < 120_000; ) {
    if (await holds()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('waited for too long')
}
