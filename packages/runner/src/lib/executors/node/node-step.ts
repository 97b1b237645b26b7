import { checkJson } from '@lorc/context'
import { mkdirSync } from 'node:fs'
import { format } from 'node:util'
import type { Attempt } from '../../executor.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import type { PlanStep } from '../../plan.ts'

/** What a Node scriptlet gets as `ctx`: the context as it was when the step started, plus the step's own writes. */
export interface ScriptletContext {
  /** The value, or undefined when the key is not set. */
  get(key: string): JsonValue | undefined
  has(key: string): boolean
  keys(): string[]
  /** Writes in the step's name. Throws ContextError when the key or the value breaks a rule of the context. */
  set(key: string, value: unknown): void
}

/** Lines for the step's log; arguments as `console.log` takes them. */
export interface StepLog {
  debug(...args: unknown[]): void
  info(...args: unknown[]): void
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
}

/** What a Node scriptlet gets as `step`. */
export interface NodeStep {
  readonly name: string
  readonly runId: string
  /** 1 for the first. */
  readonly attempt: number
  /** The run's seed, 0 to 2147483647, to draw chance from: the same when the run is repeated. */
  readonly seed: number
  /** The same on every attempt at this step of this run. */
  readonly idempotencyKey: string
  /** Of a `for_each` step: the item that this step is run for. */
  readonly item: JsonValue | undefined
  /** Its place among the items, from 0. */
  readonly index: number | undefined
  readonly log: StepLog
  /** Aborted when the step is to end: cancelled, or out of time. */
  readonly signal: AbortSignal
  /** The folder that paths are relative to, absolute. A step that runs in the runner's process may have another current one. */
  readonly workspace: string
  /** A folder of this step, absolute; the files in it are recorded as the run's artifacts. */
  readonly artifactsDir: string
  /** The variables that the step's `env` grants, and those alone. */
  readonly env: Readonly<Record<string, string>>
  /** Tells how far the step is; `total` is null or left out when it is not known. */
  progress(done: number, total?: number | null): void
}

/** What stands behind a NodeStep: in this process the attempt itself, in a worker process what the parent sent. */
export interface StepBacking {
  readonly stepName: string
  readonly runId: string
  readonly attempt: number
  readonly seed: number
  readonly idempotencyKey: string
  readonly item: Attempt['item']
  readonly workspace: string
  signal(): AbortSignal
  artifactsDir(): string
  env(): Readonly<Record<string, string>>
  progress(done: number, total: number | null): void
  write(text: string): void
}

/** Makes what user code gets; what costs something is made when it is first asked for. */
export class ScriptletStep implements NodeStep {
  readonly #backing: StepBacking
  #log: StepLog | undefined

  constructor(backing: StepBacking) {
    this.#backing = backing
  }

  get name(): string {
    return this.#backing.stepName
  }
  get runId(): string {
    return this.#backing.runId
  }
  get attempt(): number {
    return this.#backing.attempt
  }
  get seed(): number {
    return this.#backing.seed
  }
  get idempotencyKey(): string {
    return this.#backing.idempotencyKey
  }
  get item(): JsonValue | undefined {
    return this.#backing.item?.value
  }
  get index(): number | undefined {
    return this.#backing.item?.index
  }
  get signal(): AbortSignal {
    return this.#backing.signal()
  }
  get workspace(): string {
    return this.#backing.workspace
  }
  get artifactsDir(): string {
    return this.#backing.artifactsDir()
  }
  get env(): Readonly<Record<string, string>> {
    return this.#backing.env()
  }
  get log(): StepLog {
    return (this.#log ??= stepLog((text) => this.#backing.write(text)))
  }
  progress(done: number, total: number | null = null): void {
    this.#backing.progress(done, total)
  }
}

function stepLog(write: (text: string) => void): StepLog {
  const at =
    (level: string) =>
    (...args: unknown[]): void =>
      write(`${level} ${format(...args)}\n`)
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') }
}

/** The attempt's artifacts folder, created. */
export function artifactsFolder(attempt: Attempt): string {
  const folder = attempt.artifactsDir
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The variables that the step itself is granted or given, out of the attempt's environment. */
export function grantedEnv(attempt: Attempt): Record<string, string> {
  const { env, step } = attempt
  const names = step.env ? [...step.env.grant, ...Object.keys(step.env.set)] : []
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

export type ScriptletParams = Readonly<JsonObject> | readonly JsonValue[]

const NO_PARAMS: ScriptletParams = Object.freeze({})
const copies = new WeakMap<PlanStep, ScriptletParams>()

/** The step's arguments, frozen: no attempt can change what the next one gets. */
export function paramsOf(step: PlanStep): ScriptletParams {
  if (step.args === undefined) return NO_PARAMS
  let params = copies.get(step)
  if (params === undefined) {
    params = checkJson(step.args) as ScriptletParams
    copies.set(step, params)
  }
  return params
}
