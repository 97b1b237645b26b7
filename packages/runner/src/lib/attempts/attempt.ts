import type { StepContext } from '@lorc/context'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RunnerError } from '../errors.ts'
import type { Attempt } from '../executor.ts'
import type { Scope } from '../expressions/scope.ts'
import type { Item } from './item-data.ts'
import type { PlanStep } from '../plan.ts'
import type { SecretMask } from '../secrets/secret-mask.ts'

/** Where a run's files go; absolute folders. */
export interface RunPlaces {
  readonly runId: string
  readonly workspace: string
  readonly logs: string
  readonly artifacts: string
}

export function logFile(places: RunPlaces, index: number, step: string, attempt: number): string {
  return join(places.logs, `${String(index).padStart(4, '0')}-${step}.${attempt}.log`)
}

/** Runs whose folder for logs was made: to ask the file system for each attempt costs too much. */
const madeLogs = new WeakSet<RunPlaces>()

export interface AttemptHooks {
  /** The run's. */
  readonly seed: number
  readonly time: number
  environment(step: PlanStep): Readonly<Record<string, string>>
  /** What executors see of `attempt.own`. */
  exposed(context: StepContext): StepContext
  readonly mask: SecretMask | undefined
  spawned(attempt: LiveAttempt, process: { pid: number; startTime: string }): void
  readonly createdAt: number
  childRun(attempt: LiveAttempt): string | null
  scope(attempt: LiveAttempt): Scope
  toldToEnd(attempt: LiveAttempt): void
  /** Resolves once the link is durable. */
  linked(attempt: LiveAttempt, runId: string): Promise<void>
}

type AttemptParts = Pick<LiveAttempt, 'step' | 'index' | 'at' | 'number' | 'item' | 'own' | 'filesSince' | 'startedAt' | 'graceMs'>

/** The driver's side of an attempt. What costs something is made when an executor first asks for it. */
export class LiveAttempt implements Attempt {
  readonly step: PlanStep
  readonly index: number
  /** The step's place among the run's steps, items counted. */
  readonly at: number
  readonly number: number
  readonly item: Item | undefined
  /** The step's own view of the context, as `Context.begin` made it. */
  readonly own: StepContext
  /** OutputFiles' `ends` when it began. */
  readonly filesSince: number
  readonly startedAt: number
  graceMs: number
  progress: { done: number; total: number | null } | null = null
  /** Why it is to end, once it is. */
  ending: RunnerError | undefined
  settled = false
  /** Of its time limit; once it was told to end, of the time that it gets for that. */
  stopTimer: (() => void) | undefined
  readonly #places: RunPlaces
  readonly #hooks: AttemptHooks
  #context: StepContext | undefined
  #controller: AbortController | undefined
  #logPath: string | undefined
  #artifactsDir: string | undefined
  #env: Readonly<Record<string, string>> | undefined

  constructor(
    { step, index, at, number, item, own, filesSince, startedAt, graceMs }: AttemptParts,
    places: RunPlaces,
    hooks: AttemptHooks,
  ) {
    this.step = step
    this.index = index
    this.at = at
    this.number = number
    this.item = item
    this.own = own
    this.filesSince = filesSince
    this.startedAt = startedAt
    this.graceMs = graceMs
    this.#places = places
    this.#hooks = hooks
  }

  get runId(): string {
    return this.#places.runId
  }

  get runCreatedAt(): number {
    return this.#hooks.createdAt
  }

  get runTime(): number {
    return this.#hooks.time
  }

  get context(): StepContext {
    return (this.#context ??= this.#hooks.exposed(this.own))
  }

  get seed(): number {
    return this.#hooks.seed
  }

  get idempotencyKey(): string {
    return `${this.#places.runId}/${this.step.name}`
  }

  get workspace(): string {
    return this.#places.workspace
  }

  get artifactsDir(): string {
    return (this.#artifactsDir ??= join(this.#places.artifacts, this.step.name))
  }

  /** The folder, if anybody was told of it. */
  get knownArtifactsDir(): string | undefined {
    return this.#artifactsDir
  }

  get logPath(): string {
    if (this.#logPath === undefined) {
      this.#logPath = logFile(this.#places, this.index, this.step.name, this.number)
      if (!madeLogs.has(this.#places)) {
        mkdirSync(dirname(this.#logPath), { recursive: true })
        madeLogs.add(this.#places)
      }
    }
    return this.#logPath
  }

  /** The file, if anybody was told of it. */
  get knownLogPath(): string | undefined {
    return this.#logPath
  }

  get mask(): SecretMask | undefined {
    return this.#hooks.mask
  }

  get env(): Readonly<Record<string, string>> {
    return (this.#env ??= this.item ? { ...this.#hooks.environment(this.step), LORC_ITEM: JSON.stringify(this.item.value) } : this.#hooks.environment(this.step))
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.ending && !this.#controller.signal.aborted) this.#controller.abort(this.ending)
    return this.#controller.signal
  }

  end(reason: RunnerError): void {
    if (this.ending) return
    this.ending = reason
    this.#controller?.abort(reason)
    this.#hooks.toldToEnd(this)
  }

  get childRun(): string | null {
    return this.#hooks.childRun(this)
  }

  link(runId: string): Promise<void> {
    return this.#hooks.linked(this, runId)
  }

  onSpawn(process: { pid: number; startTime: string }): void {
    this.#hooks.spawned(this, process)
  }

  scope(): Scope {
    return this.#hooks.scope(this)
  }

  onProgress(done: number, total: number | null): void {
    this.progress = { done, total }
  }
}
