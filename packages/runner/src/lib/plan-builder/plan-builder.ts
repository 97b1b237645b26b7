import { definePlan as freezePlan } from './define-plan.ts'
import { RunnerError } from '../errors.ts'
import { isObject } from '../json-object.ts'
import type { JsonObject } from '../json.ts'
import type { Plan, PlanSchedule, PlanStep } from '../plan.ts'
import type { ParameterOf, ParameterShape, StandardShape, ValueOf } from './schema-types.ts'
import { paramsSchema } from './shape.ts'
import type {
  ApprovalOptions, CodeOptions, CommonOptions, EveryOptions, HttpOptions, JobOptions, Known, ModuleOptions, OwnOptions, Produces, RecipeOptions, ScriptOptions,
} from './step-options.ts'
import { toEnvironment, toStep, type LooseOptions } from './to-step.ts'

type Params = StandardShape | Readonly<Record<string, ParameterShape>>

/** What a plan has besides its steps. */
export interface PlanOptions<P extends Params = Params> {
  readonly description?: string
  readonly meta?: JsonObject
  readonly concurrency?: number
  readonly timeoutMs?: number
  readonly deadlineMs?: number
  /** By name: a default, the name of a type, or a shape; or one schema of an object. */
  readonly params?: P
  /** For every step: names of variables to pass on, or values to set. */
  readonly env?: readonly string[] | Readonly<Record<string, string>> | NonNullable<Plan['env']>
  readonly secrets?: readonly string[]
  readonly conflict?: NonNullable<Plan['conflict']>
  /** When `lorc serve` starts runs of the plan by itself: its parameters then have their defaults. */
  readonly schedule?: PlanSchedule
}

type ParamsOf<P> = P extends StandardShape | { readonly type: 'object'; readonly properties: object } ? ValueOf<P> : { readonly [K in keyof P]: ParameterOf<P[K]> }

/** Refuses a name that a step has already. */
type Fresh<Name extends string, K extends Known> = Name extends K['steps'] ? `there is a step "${Name}" already` : Name

type Added<Produced, Item> = Produced extends readonly (infer Key extends string)[]
  ? { readonly [Name in Key]: unknown }
  : { readonly [Key in keyof Produced]: unknown extends Item ? ShapeOf<Produced[Key]> : readonly (ShapeOf<Produced[Key]> | null)[] }
type ShapeOf<S> = S extends true ? unknown : ValueOf<S>

/** What is known after a step: of a `forEach` step, keys hold a list with the value of each item. */
interface After<K extends Known, Name extends string, Produced, Item> extends Known {
  params: K['params']
  ctx: K['ctx'] & Added<Produced, Item>
  steps: K['steps'] | Name
  before: K['before'] | Name
}

type Next<K extends Known, Name extends string, Produced, Item> = PlanBuilder<After<K, Name, Produced, Item>>
type None = readonly []
type Phase = NonNullable<PlanStep['phase']>

interface Draft {
  head: Omit<Plan, 'steps'>
  steps: readonly PlanStep[]
  phase: Phase
  stage: number
  /** Steps that are added share a stage. */
  parallel: boolean
}

/**
 * Makes a plan step by step: each step knows the names, keys and parameters of what comes before it. Every method gives a
 * new builder and leaves the old one as it was.
 */
export class PlanBuilder<K extends Known> {
  readonly #draft: Draft

  constructor(draft: Draft) {
    this.#draft = draft
  }

  node<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & CodeOptions<K, Item>,
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'node', { function: 'default', ...options })
  }

  python<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & CodeOptions<K, Item> & { readonly function: string },
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'python', options)
  }

  shell<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & ScriptOptions<K, Item>,
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'shell', options)
  }

  http<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & HttpOptions<K, Item>,
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'http', options)
  }

  /** Runs a job that an installed package declares. */
  job<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & JobOptions<K, Item>,
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'job', options)
  }

  /** Calls a module of the configuration over HTTP; its answer becomes the context key `modules.NAME_v1`. */
  module<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: EveryOptions<K, Item, Produced> & ModuleOptions<K, Item>,
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'module', options)
  }

  /** Waits until somebody decides. */
  approval<const Name extends string>(name: Fresh<Name, K>, options: CommonOptions<K, unknown, None> & ApprovalOptions<K> = {}): Next<K, Name, None, unknown> {
    return this.#add(name, 'approval', options)
  }

  /** Runs another plan as a run of its own. */
  recipe<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & RecipeOptions<K, Item>,
  ): Next<K, Name, Produced, Item> {
    return this.#add(name, 'recipe', options)
  }

  /** A step of a type of your own. */
  step<const Name extends string, const Produced extends Produces = None, Item = unknown>(
    name: Fresh<Name, K>,
    options: CommonOptions<K, Item, Produced> & OwnOptions<K, Item> & { readonly args?: CodeOptions<K, Item>['args'] },
  ): Next<K, Name, Produced, Item> {
    const { type, ...rest } = ofStep(name, options)
    return this.#add(name, type, rest)
  }

  /** Steps that run together. */
  parallel<Then extends Known>(build: (steps: PlanBuilder<K>) => PlanBuilder<Then>): PlanBuilder<Then> {
    const { steps, stage } = build(builderOf({ ...this.#draft, parallel: true })).#draft
    const added = steps.length > this.#draft.steps.length ? 1 : 0
    return builderOf({ ...this.#draft, steps, stage: stage + added })
  }

  /** Steps for when all others have completed. */
  onSuccess<Then extends Known>(build: (steps: Handler<K>) => PlanBuilder<Then>): PlanBuilder<Back<K, Then>> {
    return this.#in('on_success', build)
  }

  /** Steps for when one has failed. */
  onFailure<Then extends Known>(build: (steps: Handler<K>) => PlanBuilder<Then>): PlanBuilder<Back<K, Then>> {
    return this.#in('on_failure', build)
  }

  /** Steps for the end, whatever it is. */
  always<Then extends Known>(build: (steps: Handler<K>) => PlanBuilder<Then>): PlanBuilder<Back<K, Then>> {
    return this.#in('always', build)
  }

  /** The plan, frozen. It is checked in full when it is first started, as one that is written out. */
  build(): Plan {
    return freezePlan({ ...this.#draft.head, steps: [...this.#draft.steps] })
  }

  #in<Then extends Known>(phase: Phase, build: (steps: Handler<K>) => PlanBuilder<Then>): PlanBuilder<Back<K, Then>> {
    const stage = this.#draft.steps.reduce((next, step) => (step.phase === phase ? Math.max(next, step.stage + 1) : next), 0)
    const { steps } = build(builderOf({ ...this.#draft, phase, stage, parallel: false })).#draft
    return builderOf({ ...this.#draft, steps })
  }

  #add<Then extends Known>(name: string, type: string, options: object): PlanBuilder<Then> {
    const { steps, phase, stage, parallel } = this.#draft
    const made = { ...toStep(name, type, ofStep(name, options) as LooseOptions), stage, ...(phase === 'main' ? {} : { phase }) }
    return builderOf({ ...this.#draft, steps: [...steps, made], stage: parallel ? stage : stage + 1 })
  }
}

function ofStep<Options extends object>(name: string, options: Options): Options {
  if (isObject(options)) return options
  throw new RunnerError('PLAN_INVALID', `The options of step "${name}" are not an object.`, { details: { step: name } })
}

/** A class that makes others of its kind by its own name has another name in a bundle. */
function builderOf<K extends Known>(draft: Draft): PlanBuilder<K> {
  return new PlanBuilder(draft)
}

/** The steps of another phase depend on each other alone. */
type Handler<K extends Known> = PlanBuilder<{ params: K['params']; ctx: K['ctx']; steps: K['steps']; before: never }>
type Back<K extends Known, Then extends Known> = { params: K['params']; ctx: Then['ctx']; steps: Then['steps']; before: K['before'] }

/** A plan without steps yet, to which steps are added: `.node('load', { module: 'load.ts' })`. */
export type NewPlan<P extends Params> = PlanBuilder<{ params: ParamsOf<P>; ctx: object; steps: never; before: never }>

export type { Params }

export function newPlan<P extends Params>(name: string, { params, env, secrets, ...rest }: PlanOptions<P>): NewPlan<P> {
  const head = {
    lorc: 1 as const,
    name,
    ...rest,
    ...(params === undefined ? {} : { params: paramsSchema(params) }),
    ...(env === undefined ? {} : { env: toEnvironment(env) }),
    ...(secrets === undefined ? {} : { secrets: [...secrets] }),
  }
  return new PlanBuilder({ head, steps: [], phase: 'main', stage: 0, parallel: false })
}
