import type { Plan, PlanStep, RetryPolicy } from '../plan.ts'
import type { Ref, Refs, Templated } from './ref.ts'
import type { Shape } from './schema-types.ts'

/** What is known where a step is added: parameters, keys produced so far, all steps so far, those of the same phase. */
export interface Known {
  params: unknown
  ctx: object
  steps: string
  before: string
}

/** A value, or how to make it of what expressions can see. */
export type Given<K extends Known, Item, T> = T | ((refs: Refs<K['params'], K['ctx'], K['steps'], Item>) => T)
/** CEL, as a text or of references. */
export type Cel<K extends Known, Item = unknown, T = unknown> = string | ((refs: Refs<K['params'], K['ctx'], K['steps'], Item>) => string | Ref<T>)

export type Produces = readonly string[] | Readonly<Record<string, Shape | true>>
export type Environment<K extends Known, Item> = readonly string[] | Given<K, Item, Readonly<Record<string, Templated>>>

/** What every step may have, whatever its type; the fields mean what those of a plan's step do (see `PlanStep`). */
export interface EveryOptions<K extends Known, Item, Produced> {
  /** Waits for exactly these steps of the same phase; without it, for all that were added before. */
  readonly dependsOn?: readonly K['before'][]
  readonly forEach?: Cel<K, never, readonly Item[]> | { readonly items: Cel<K, never, readonly Item[]>; readonly maxParallel?: number }
  readonly when?: Cel<K, never>
  /** Context keys that the step writes, and their shapes: later steps know them. */
  readonly produces?: Produced
  readonly reads?: readonly KeysIn<K>[]
  readonly success?: { readonly ctxHasKeys?: readonly (KeysIn<K> | KeysOf<Produced>)[]; readonly when?: Cel<K, Item> }
  /** Without more than `max`: at once, without a delay. */
  readonly retry?: { readonly max: number } & Partial<RetryPolicy>
  readonly timeoutMs?: number
  readonly requiresProcess?: boolean
  readonly continueOnError?: boolean
  readonly cache?: 'auto' | { readonly key: Given<K, Item, string | Ref<unknown>> }
  /** Names of variables to pass on, or values to set. */
  readonly env?: Environment<K, Item> | { readonly grant: readonly string[]; readonly set: Readonly<Record<string, string>> }
  readonly outputs?: readonly string[]
  readonly priority?: number
  /** A name alone: one at a time. */
  readonly concurrencyGroup?: string | { readonly name: string; readonly limit: number }
}

export interface CommonOptions<K extends Known, Item, Produced> extends EveryOptions<K, Item, Produced> {
  readonly inputs?: readonly string[]
}

/** Keys that steps before produce; any, where none of them says what it produces. */
export type KeysIn<K extends Known> = keyof K['ctx'] extends never ? string : keyof K['ctx'] & string

export type KeysOf<Produced> = Produced extends readonly (infer K extends string)[] ? K : keyof Produced & string

export interface CodeOptions<K extends Known, Item> {
  readonly module: string
  /** The export, or the class; of a Node module by default its default export. */
  readonly function?: string
  readonly args?: Given<K, Item, Templated>
}

export interface ScriptOptions<K extends Known, Item> {
  readonly script: string
  readonly args?: Given<K, Item, Templated>
}

type Http = NonNullable<PlanStep['http']>
type Job = NonNullable<PlanStep['job']>
export interface HttpOptions<K extends Known, Item> {
  /** Default GET. */
  readonly method?: string
  readonly url: Given<K, Item, string | Ref<string>>
  readonly headers?: Given<K, Item, Readonly<Record<string, Templated>>>
  readonly body?: Given<K, Item, Templated>
  readonly expect?: Http['expect']
  /** Context keys, and CEL over `response`. */
  readonly set?: Http['set']
}

export interface JobOptions<K extends Known, Item> {
  /** An installed package that declares jobs. */
  readonly package: string
  /** The job's name in the package. */
  readonly job: string
  readonly params?: Given<K, Item, Readonly<Record<string, Templated>>>
  readonly account?: Given<K, Item, string | Ref<string>>
  /** ISO 8601, or how far back from the time that the run is for: `30m`, `24h`, `7d`, `2w`. */
  readonly since?: Given<K, Item, string | Ref<string>>
  readonly until?: Given<K, Item, string | Ref<string>>
  /** Context keys, and CEL over `result`. */
  readonly set?: Job['set']
}

export interface ModuleOptions<K extends Known, Item> {
  /** A module of the configuration. */
  readonly module: string
  readonly inputs?: Given<K, Item, Readonly<Record<string, Templated>>>
  /** Beside the seed. */
  readonly parameters?: Given<K, Item, Readonly<Record<string, Templated>>>
}

export interface ApprovalOptions<K extends Known> {
  readonly message?: Given<K, never, string | Ref<string>>
  readonly by?: readonly string[]
}

export interface RecipeOptions<K extends Known, Item> {
  readonly plan: Plan
  /** The file that the plan was compiled from. */
  readonly path?: string
  readonly params?: Given<K, Item, Readonly<Record<string, Templated>>>
  readonly keys?: readonly string[]
}

/** For types of executors of your own: any field of a step. */
export type OwnOptions<K extends Known, Item> = { readonly type: string } & Partial<Omit<CodeOptions<K, Item>, 'args'>> &
  Partial<ScriptOptions<K, Item>>
