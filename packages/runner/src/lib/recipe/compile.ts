import type { Plan } from '../plan.ts'
import { decodeRecipe } from './decode.ts'
import { checkGraph } from './graph-rules.ts'
import { DEFAULT_LIMITS, type RecipeLimits } from './limits.ts'
import { stagesOf } from './order.ts'
import { outlineSteps, type StepOutline } from './outline.ts'
import { RecipePositions } from './positions.ts'
import { formatPath, type Finding, type Problem } from './problem.ts'
import { schemaFindings } from './schema-findings.ts'
import { recipeSchema } from './schema.ts'
import { RecipeSource } from './source.ts'
import { checkStep, type RuleFinding } from './step-rules.ts'
import { toPlan } from './to-plan.ts'
import { checkValues } from './value-rules.ts'
import { parseYaml } from './yaml-document.ts'
import { readValues } from './yaml-values.ts'

export interface CompileOptions {
  /** The name that problems give the file; a plan without another name is called after it. */
  file: string
  limits?: Partial<RecipeLimits>
  /** Types of steps that there are executors for. Default node, python, shell. */
  types?: readonly string[]
}

export interface CompiledRecipe {
  /** Present exactly when there are no problems. */
  plan?: Plan
  /** In the order of their places. */
  problems: Problem[]
  positions: RecipePositions
  /** The steps as far as they can be read; `inspectRecipe` looks at the code that they name. */
  steps: StepOutline[]
}

export const STEP_TYPES = ['node', 'python', 'shell'] as const

/**
 * Compiles the text of a recipe to a plan, or tells every problem that the text alone shows. Pure: it reads no file and
 * throws nothing, whatever the text is.
 */
export function compileRecipe(source: string | Uint8Array, options: CompileOptions): CompiledRecipe {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const decoded = decodeRecipe(source, limits.bytes)
  const text = new RecipeSource(options.file, decoded.text)
  const stop = (findings: readonly Finding[]): CompiledRecipe => ({
    problems: report(findings, text, limits.problems),
    positions: new RecipePositions(text, null, new Map()),
    steps: [],
  })
  if (decoded.finding) return stop([decoded.finding])
  const { root, findings: syntax } = parseYaml(text, limits)
  if (syntax.length > 0) return stop(syntax)
  if (root === null)
    return stop([
      { code: 'RECIPE_EMPTY', message: 'the recipe is empty', range: [0, 0], fix: 'a recipe has a list of `steps`' },
    ])

  const values = readValues(root, decoded.text, limits)
  if (values.findings.some(({ code }) => code === 'RECIPE_ALIAS_BOMB')) return stop(values.findings)
  const positions = new RecipePositions(text, root, values.targets)
  const steps = outlineSteps(values.value)
  const stages = stagesOf(steps)
  const parsed = recipeSchema.safeParse(values.value)
  const rules = [...stepRules(steps, values.value, options.types ?? STEP_TYPES), ...checkGraph(steps, stages).findings]
  const checked = [
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues, values.value, positions)),
    ...rules.map((rule) => placed(rule, positions)),
  ]
  const problems = report([...values.findings, ...withoutEchoes(checked, values.refused)], text, limits.problems)
  if (!parsed.success || problems.length > 0) return { problems, positions, steps }
  return { plan: toPlan(parsed.data, stages, options.file), problems, positions, steps }
}

function stepRules(steps: readonly StepOutline[], recipe: unknown, types: readonly string[]): RuleFinding[] {
  const raw = steps.length === 0 ? [] : (recipe as { steps: unknown[] }).steps
  return steps.flatMap((step) => [
    ...checkStep(step, raw[step.index], types),
    ...checkValues(step.index, raw[step.index]),
  ])
}

/** Without what only echoes another finding: a refused value that reads as null, a misspelt field that is missing. */
function withoutEchoes(findings: readonly Finding[], refused: ReadonlySet<string>): Finding[] {
  const meant = new Set(findings.map((finding) => finding.meant))
  return findings.filter(
    ({ code, path = '' }) => !refused.has(path) && !(code === 'RECIPE_FIELD_MISSING' && meant.has(path)),
  )
}

function placed({ at, of, ...finding }: RuleFinding, positions: RecipePositions): Finding {
  return { ...finding, range: positions.range(at, of), path: formatPath(at) }
}

function report(findings: readonly Finding[], source: RecipeSource, most: number): Problem[] {
  const sorted = [...findings].sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1])
  const problems = sorted.slice(0, most).map((finding) => source.problem(finding))
  const next = sorted[most]
  const message = `${sorted.length - most} more problems are not listed`
  return next ? [...problems, source.problem({ code: 'RECIPE_MORE_PROBLEMS', message, range: next.range })] : problems
}
