import { STEP_LIST_NAMES, STEP_LISTS, type Phase, type StepList } from './step-lists.ts'
import type { RecipePath } from './problem.ts'
import { quote } from './wording.ts'

/**
 * What can be told of a step however wrong the rest of it is. It lets the checks between steps run on recipes that have
 * other problems, so that all are reported at once. `list` and `index` are the place in the file.
 */
export interface StepOutline {
  list: StepList
  index: number
  phase: Phase
  name?: string
  type?: string
  idx?: number
  parallel: boolean
  /** As written; `at` is the item's place in the list. */
  dependsOn?: { name: string; at: number }[]
  module?: string
  function?: string
  script?: string
  recipe?: string
  /** Of a step of type `job`. */
  package?: string
  job?: string
  since?: string
  until?: string
  params?: Readonly<Record<string, unknown>>
  inputs: { path: string; at: number }[]
  outputs: { path: string; at: number }[]
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

const TEXTS = ['name', 'type', 'module', 'function', 'script', 'recipe'] as const
const TEXTS_OF_JOB = ['package', 'job', 'since', 'until'] as const

function outlineStep(step: Readonly<Record<string, unknown>>, list: StepList, index: number): StepOutline {
  const outline: StepOutline = {
    list,
    index,
    phase: STEP_LISTS[list],
    parallel: step.parallel === true,
    inputs: texts(step.inputs, (path, at) => ({ path, at })),
    outputs: texts(step.outputs, (path, at) => ({ path, at })),
  }
  for (const field of TEXTS) {
    const value = step[field]
    if (typeof value === 'string' && value !== '') outline[field] = value
  }
  if (step.type === 'job') {
    for (const field of TEXTS_OF_JOB) {
      const value = step[field]
      if (typeof value === 'string' && value !== '') outline[field] = value
    }
    if (isMap(step.params)) outline.params = step.params
  }
  if (typeof step.idx === 'number' && Number.isFinite(step.idx)) outline.idx = step.idx
  if (step.depends_on !== undefined) outline.dependsOn = texts(step.depends_on, (name, at) => ({ name, at }))
  return outline
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
