import { STEP_LIST_NAMES, STEP_LISTS, type Phase, type StepList } from './text/step-lists.ts'
import type { RecipePath } from './text/problem.ts'
import { quote } from '../wording.ts'

/**
 * What can be told of a step however wrong the rest of it is. It lets the checks between steps run on recipes that have
 * other problems, so that all are reported at once. `list` and `index` are the place in the file.
 */
export interface StepOutline {
  list: StepList
  index: number
  phase: Phase
  name?: string | undefined
  type?: string | undefined
  idx?: number | undefined
  parallel: boolean
  /** As written; `at` is the item's place in the list. */
  dependsOn?: { name: string; at: number }[] | undefined
  module?: string | undefined
  function?: string | undefined
  script?: string | undefined
  recipe?: string | undefined
  /** Of a step of type `job`. */
  package?: string
  job?: string
  since?: string
  until?: string
  params?: Readonly<Record<string, unknown>>
  inputs: { path: string; at: number }[]
  outputs: { path: string; at: number }[]
  /** Runs for several items at the same time. */
  itemsAtOnce: boolean
}

/** Where a field of a step stands in its recipe. */
export function stepPath({ list, index }: Pick<StepOutline, 'list' | 'index'>, ...path: RecipePath): RecipePath {
  return [list, index, ...path]
}

/** The step's name in quotes, else its place: `step 3`. */
export function nameOf(step: Pick<StepOutline, 'name' | 'list' | 'index'>): string {
  return step.name === undefined ? ordinal(step) : quote(step.name)
}

/** `step 3`, `step 1 of on_failure`. */
export function ordinal({ list, index }: Pick<StepOutline, 'list' | 'index'>): string {
  return `step ${index + 1}${list === STEP_LIST_NAMES[0] ? '' : ` of \`${list}\``}`
}

/** Reads the steps of a recipe's value leniently: what is not of the right type is left out. */
export function outlineSteps(recipe: unknown): StepOutline[] {
  if (!isMap(recipe)) return []
  return STEP_LIST_NAMES.flatMap((list) => {
    const steps = recipe[list]
    return Array.isArray(steps) ? steps.map((step, index) => outlineStep(isMap(step) ? step : {}, list, index)) : []
  })
}

const TEXTS_OF_JOB = ['package', 'job', 'since', 'until'] as const

/** All at once: what is added one by one costs a recipe of thousands of steps a millisecond for each thousand. */
function outlineStep(step: Readonly<Record<string, unknown>>, list: StepList, index: number): StepOutline {
  const outline: StepOutline = {
    list,
    index,
    phase: STEP_LISTS[list],
    name: textOf(step.name),
    type: textOf(step.type),
    idx: typeof step.idx === 'number' && Number.isFinite(step.idx) ? step.idx : undefined,
    parallel: step.parallel === true,
    dependsOn: step.depends_on === undefined ? undefined : texts(step.depends_on, (name, at) => ({ name, at })),
    module: textOf(step.module),
    function: textOf(step.function),
    script: textOf(step.script),
    recipe: textOf(step.recipe),
    inputs: texts(step.inputs, (path, at) => ({ path, at })),
    outputs: texts(step.outputs, (path, at) => ({ path, at })),
    itemsAtOnce: step.for_each !== undefined && step.max_parallel !== 1 && !(isMap(step.for_each) && step.for_each.max_parallel === 1),
  }
  if (step.type !== 'job') return outline
  for (const field of TEXTS_OF_JOB) {
    const value = textOf(step[field])
    if (value !== undefined) outline[field] = value
  }
  if (isMap(step.params)) outline.params = step.params
  return outline
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The texts of a list, each with its place. */
function texts<Text>(value: unknown, make: (text: string, at: number) => Text): Text[] {
  const found: Text[] = []
  if (!Array.isArray(value)) return found
  value.forEach((text: unknown, at) => {
    if (typeof text === 'string') found.push(make(text, at))
  })
  return found
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
