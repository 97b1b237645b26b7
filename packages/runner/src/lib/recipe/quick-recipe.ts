import type { Plan } from '../plan.ts'
import { decodeRecipe } from './text/decode.ts'
import { fitsSchema } from './schema/fits-schema.ts'
import { DEFAULT_LIMITS } from './text/limits.ts'
import { outlineSteps, type StepOutline } from './outline.ts'
import { parsePlainYaml } from './text/plain-yaml.ts'
import { recipeExpressions, type OpenTemplate, type RecipeExpression } from './rules/recipe-expressions.ts'
import { rulesOf, stagesByList } from './rules/recipe-rules.ts'
import { STEP_TYPES, type CompileOptions } from './compile-options.ts'
import { toPlan } from './to-plan.ts'

/** A recipe without a problem so far; its expressions and its code are not looked at yet. */
export interface QuickRecipe {
  value: unknown
  steps: StepOutline[]
  expressions: RecipeExpression[]
  open: OpenTemplate[]
  plan: Plan
}

/**
 * Compiles what most recipes are: plain YAML without a problem, which runs no other recipe. `undefined`: it is something
 * else, and has to be read by `draftRecipe`, which comes to the same plan or tells what is wrong and where. It loads
 * neither a YAML library nor a schema library.
 */
export function quickRecipe(source: Uint8Array, options: CompileOptions): QuickRecipe | undefined {
  if (options.limits) return undefined
  const { text, finding } = decodeRecipe(source, DEFAULT_LIMITS.bytes)
  if (finding) return undefined
  const value = parsePlainYaml(text)
  if (value === undefined || !fitsSchema(value)) return undefined
  const steps = outlineSteps(value)
  if (steps.some(({ type }) => type === 'recipe')) return undefined
  const stages = stagesByList(steps)
  if (rulesOf(value, steps, stages, options.types ?? STEP_TYPES).length > 0) return undefined
  return { value, steps, ...recipeExpressions(value, steps), plan: toPlan(value, stages, options.file, new Map()) }
}
