import type { Plan } from '../plan.ts'
import { STEP_TYPES, type CompileOptions } from './compile-options.ts'
import { decodeRecipe } from './text/decode.ts'
import type { ExpressionFinding } from './rules/expression-rules.ts'
import { DEFAULT_LIMITS } from './text/limits.ts'
import { outlineSteps, type StepOutline } from './outline.ts'
import { RecipePositions } from './text/positions.ts'
import { formatPath } from '../json-path.ts'
import type { Finding, Problem } from './text/problem.ts'
import { recipeExpressions, type OpenTemplate, type RecipeExpression } from './rules/recipe-expressions.ts'
import { schemaFindings } from './schema/schema-findings.ts'
import { recipeSchema, type Recipe } from './schema/schema.ts'
import { RecipeSource } from './text/source.ts'
import { rulesOf, stagesByList } from './rules/recipe-rules.ts'
import { checkSchedule } from './rules/schedule-rules.ts'
import type { RuleFinding } from './step-rules.ts'
import { toPlan, type SubPlans } from './to-plan.ts'
import { parseYaml } from './text/yaml-document.ts'
import { readValues } from './text/yaml-values.ts'

/** A recipe that was read and checked, but for its expressions and the recipes that its steps run. */
export interface Draft {
  /** What was read, however wrong; undefined: it could not be read. */
  value: unknown
  steps: StepOutline[]
  expressions: RecipeExpression[]
  open: OpenTemplate[]
  positions: RecipePositions
  /** Places findings, and makes problems of all, in the order of their places. */
  report: (further: readonly RuleFinding[], expressions: readonly ExpressionFinding[]) => Problem[]
  /** The plan, if nothing is wrong with the recipe. */
  plan: (subPlans: SubPlans) => Plan | undefined
}

/** A recipe as it was read, and what was found in doing so. */
export interface ReadRecipe {
  value: unknown
  text: RecipeSource
  positions: RecipePositions
  findings: readonly Finding[]
  /** Paths of values that were refused, and read as null. */
  refused: ReadonlySet<string>
}

/**
 * Reads the text of a recipe and checks all but its expressions. Pure: it reads no file and throws nothing, whatever the
 * text is.
 */
export function draftRecipe(source: string | Uint8Array, options: CompileOptions): Draft {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const decoded = decodeRecipe(source, limits.bytes)
  const text = new RecipeSource(options.file, decoded.text)
  const stop = (findings: readonly Finding[]): Draft => ({
    value: undefined,
    steps: [],
    expressions: [],
    open: [],
    positions: new RecipePositions(text, null, new Map()),
    report: () => toProblems(findings, text, limits.problems),
    plan: () => undefined,
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
  return draftOf({ ...values, text, positions: new RecipePositions(text, root, values.targets) }, options)
}

/** Checks what was read, as draftRecipe does. */
export function draftOf({ value, text, positions, findings, refused }: ReadRecipe, options: CompileOptions): Draft {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const steps = outlineSteps(value)
  const stages = stagesByList(steps)
  const parsed = recipeSchema.safeParse(value)
  const rules = [...rulesOf(value, steps, stages, options.types ?? STEP_TYPES), ...checkSchedule(value)]
  const checked = [
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues, value, positions)),
    ...rules.map((rule) => placed(rule, positions)),
  ]
  return {
    value,
    steps,
    ...recipeExpressions(value, steps),
    positions,
    report(further, expressions) {
      const all = [
        ...checked,
        ...further.map((rule) => placed(rule, positions)),
        ...expressions.map(({ at, start, end, ...finding }) => ({
          ...finding,
          range: positions.within(at, start, end),
          path: formatPath(at),
        })),
      ]
      return toProblems([...findings, ...withoutEchoes(all, refused)], text, limits.problems)
    },
    plan: (subPlans) => (parsed.success ? toPlan(value as Recipe, stages, options.file, subPlans) : undefined),
  }
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

function toProblems(findings: readonly Finding[], source: RecipeSource, most: number): Problem[] {
  const sorted = [...findings].sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1])
  const problems = sorted.slice(0, most).map((finding) => source.problem(finding))
  const next = sorted[most]
  const message = `${sorted.length - most} more problems are not listed`
  return next ? [...problems, source.problem({ code: 'RECIPE_MORE_PROBLEMS', message, range: next.range })] : problems
}
