import { hasTemplates } from '../../expressions/template.ts'
import { isObject } from '../../json-object.ts'
import { valueFaults } from '../../json-schema/validate.ts'
import type { JsonObject } from '../../json.ts'
import { parametersOf } from '../../plan/params.ts'
import type { Plan, PlanStep } from '../../plan.ts'
import { stepPath, type StepOutline } from '../outline.ts'
import { normalizePath } from '../paths.ts'
import type { RuleFinding } from '../step-rules.ts'
import { suggest } from '../../suggest.ts'
import type { SubPlans } from '../to-plan.ts'
import { quote } from '../../wording.ts'

/** Checks what steps ask of the recipes that they run: that each is there, and takes the parameters that it is given. */
export function checkSubPlans(recipe: unknown, steps: readonly StepOutline[], subPlans: SubPlans): RuleFinding[] {
  return steps.flatMap((step) => {
    if (step.type !== 'recipe' || step.recipe === undefined) return []
    const path = normalizePath(step.recipe)
    if (path === undefined || path === '') return []
    const plan = subPlans.get(path)
    if (!plan)
      return [{ code: 'RECIPE_UNREADABLE' as const, message: `the recipe ${quote(step.recipe)} cannot be run`, at: stepPath(step, 'recipe') }]
    const raw = (recipe as Record<string, JsonObject[]>)[step.list]![step.index]!
    return [...checkParams(step, isObject(raw.params) ? raw.params : {}, plan), ...checkGroup(step, raw['concurrency_group'], plan)]
  })
}

/** A slot of one is held while the recipe runs: a step in it that wants the same one waits for ever. */
function checkGroup(step: StepOutline, group: unknown, plan: Plan): RuleFinding[] {
  const name = isObject(group) ? group['name'] : group
  if (typeof name !== 'string' || hasTemplates(name)) return []
  const waiting = stepsOf(plan).find(({ concurrencyGroup }) => concurrencyGroup?.name === name && concurrencyGroup.limit === 1)
  if (!waiting) return []
  const message = `the step ${quote(waiting.name)} of ${quote(step.recipe!)} would wait for ever for the group ${quote(name)}, which this step holds as long as it runs`
  return [{ code: 'RECIPE_FIELD_VALUE', message, at: stepPath(step, 'concurrency_group'), fix: 'give the two groups different names' }]
}

function stepsOf({ steps }: Plan): PlanStep[] {
  return steps.flatMap((step) => [step, ...(step.recipe ? stepsOf(step.recipe.plan) : [])])
}

function checkParams(step: StepOutline, given: JsonObject, plan: Plan): RuleFinding[] {
  if (!plan.params) return []
  const infos = parametersOf(plan)
  const names = infos.map(({ name }) => name)
  const properties = isObject(plan.params.properties) ? plan.params.properties : {}
  const missing = infos
    .filter(({ name, required }) => required && !Object.hasOwn(given, name))
    .map(({ name }): RuleFinding => {
      const message = `${quote(step.recipe!)} needs the parameter ${quote(name)}`
      return { code: 'RECIPE_FIELD_MISSING', message, at: stepPath(step, 'params', name), fix: `add \`${name}:\` to \`params\`` }
    })
  const wrong = Object.entries(given).flatMap(([name, value]): RuleFinding[] => {
    const at = stepPath(step, 'params', name)
    if (!names.includes(name)) {
      const meant = suggest(name, names)
      const fix = meant === undefined ? `it has ${names.map(quote).join(', ') || 'none'}` : `did you mean ${quote(meant)}?`
      const message = `${quote(step.recipe!)} has no parameter ${quote(name)}`
      return [{ code: 'RECIPE_FIELD_UNKNOWN', message, at, of: 'key', fix }]
    }
    if (hasTemplates(value)) return []
    const [fault] = valueFaults(value, properties[name] as JsonObject, 1)
    return fault ? [{ code: 'RECIPE_FIELD_VALUE', message: `${quote(name)} ${fault.message}`, at: [...at, ...fault.path] }] : []
  })
  return [...missing, ...wrong]
}

/** How many steps a plan has with those of the plans within it, and how deep these are: 1 for a plan without any. */
export function extentOf(plan: Plan): { steps: number; depth: number } {
  const known = extents.get(plan)
  if (known) return known
  const extent = { steps: plan.steps.length, depth: 1 }
  for (const { recipe } of plan.steps) {
    if (!recipe) continue
    const within = extentOf(recipe.plan)
    extent.steps += within.steps
    extent.depth = Math.max(extent.depth, within.depth + 1)
  }
  extents.set(plan, extent)
  return extent
}

const extents = new WeakMap<Plan, { steps: number; depth: number }>()
