import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RunnerError } from './errors.ts'
import type { Plan } from './plan.ts'
import { checkPlan } from './recipe/check-plan.ts'
import { finishRecipe } from './recipe/compile.ts'
import { draftOf } from './recipe/draft.ts'
import { recipeOf, subPlansOf } from './recipe/from-plan.ts'
import { inspectRecipe } from './recipe/code/inspect.ts'
import { fieldsOf, listOf } from './recipe/loose-data.ts'
import { loadRecipe, type LoadedRecipe } from './recipe/load-recipe.ts'
import { RecipePositions } from './recipe/text/positions.ts'
import type { Finding, Problem } from './recipe/text/problem.ts'
import { RecipeSource } from './recipe/text/source.ts'
import { isStepList, STEP_LISTS } from './recipe/text/step-lists.ts'
import { sha256Hex } from './journal/sha256.ts'
import type { Workspace } from './workspace/workspace.ts'

const FIX = 'write `export default definePlan(...)`, with `definePlan` from `@lorc/runner`'

/**
 * Imports a plan written in TypeScript (Node strips the types) or JavaScript, and checks it as a recipe is checked. Its
 * code runs: it is as trusted as the steps. Problems are placed at the name of the step that they are of. Never rejects.
 */
export async function loadPlanModule(file: string, path: string, workspace: Workspace): Promise<LoadedRecipe> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  // Reading it as a recipe tells why it cannot be read.
  if (text === undefined) return await loadRecipe(file, workspace)
  const sha256 = sha256Hex(text)
  const source = new RecipeSource(file, text)
  const found = { sha256, path, recipes: [] }
  let made: unknown
  let plan: Plan
  try {
    made = await importPlan(resolve(file), sha256)
    plan = checkPlan(made)
  } catch (error) {
    return { ...found, problems: faultsOf(error, source, made) }
  }
  const problems = await problemsOf(plan, source, workspace)
  return { ...found, ...(problems.length === 0 ? { plan } : {}), problems }
}

/** A plan, or what still is to be built. Another version of the file is another module. */
async function importPlan(file: string, sha256: string): Promise<unknown> {
  const module = (await import(`${pathToFileURL(file).href}?${sha256.slice(0, 16)}`)) as { default?: unknown }
  const made = module.default
  if (typeof made !== 'object' || made === null) {
    throw new RunnerError('RECIPE_MODULE', made === undefined ? 'it has no default export' : 'its default export is not a plan', { fix: FIX })
  }
  return 'build' in made && typeof made.build === 'function' ? (made as { build(): unknown }).build() : made
}

/** What a recipe of the same plan would be told: of its steps' code, of expressions, of fields that do not go together. */
async function problemsOf(plan: Plan, source: RecipeSource, workspace: Workspace): Promise<Problem[]> {
  // Recipes say it where a step calls a module's default export.
  const steps = plan.steps.map((step) => (step.type === 'node' ? { function: 'default', ...step } : step))
  // Nothing is where the recipe has it: problems are placed by the names of steps.
  const read = { text: source, positions: new RecipePositions(source, null, new Map()), findings: [], refused: new Set<string>() }
  const draft = draftOf({ ...read, value: recipeOf({ ...plan, steps }) }, { file: source.file })
  const compiled = finishRecipe(draft, subPlansOf(plan), [])
  const found = [...compiled.problems, ...(await inspectRecipe(compiled, workspace, source.file))]
  return found
    .map(({ code, message, fix, path }) => placed({ code, message, fix, name: nameOf(plan, path), path }, source))
    .sort((a, b) => a.line - b.line || a.column - b.column)
}

/** The step that a path of a recipe is of. */
function nameOf(plan: Plan, path = ''): string | undefined {
  const [, list, index] = /^(\w+)\[(\d+)\]/.exec(path) ?? []
  if (!isStepList(list)) return undefined
  return plan.steps.filter(({ phase }) => (phase ?? 'main') === STEP_LISTS[list])[Number(index)]?.name
}

/** The name of the step that a path of a plan is of, whatever else is wrong with the plan. */
function nameIn(made: unknown, path: string): string | undefined {
  const index = /^steps\[(\d+)\]/.exec(path)?.[1]
  const step: unknown = index === undefined ? undefined : listOf(fieldsOf(made).steps)[Number(index)]
  const { name } = fieldsOf(step)
  return typeof name === 'string' ? name : undefined
}

function faultsOf(error: unknown, source: RecipeSource, made: unknown): Problem[] {
  if (error instanceof RunnerError && error.code === 'PLAN_INVALID') {
    const problems = error.details?.problems as { path: string; message: string }[]
    return problems.map(({ path, message }) => {
      const said = path === '' ? message : `${path}: ${message}`
      return placed({ code: 'PLAN_INVALID', message: said, path, name: nameIn(made, path) }, source)
    })
  }
  if (error instanceof RunnerError) return [placed({ code: 'RECIPE_MODULE', message: error.message, fix: error.fix }, source)]
  const thrown = error instanceof Error ? error : new Error(String(error))
  const [, line] = (thrown.stack ?? '').split(resolve(source.file))[1]?.match(/^[^:\n]*:(\d+)/) ?? []
  const message = `it cannot be imported: ${thrown.message.split('\n')[0]}`
  const fix = message.includes("'@lorc/runner'") ? 'install what it imports: npm install @lorc/runner' : undefined
  return [placed({ code: 'RECIPE_MODULE', message, fix, line: Number(line ?? 1) }, source)]
}

type Fault = Omit<Finding, 'range' | 'fix' | 'path'> & { fix?: string | undefined; path?: string | undefined; name?: string | undefined; line?: number }

function placed({ code, message, fix, path, name, line }: Fault, source: RecipeSource): Problem {
  const range = rangeOf(name, line, source.text)
  return source.problem({ code, message, range, ...(fix === undefined ? {} : { fix }), ...(path === undefined ? {} : { path }) })
}

/** Where a step's name stands in quotes, else the line, else the beginning. */
function rangeOf(name: string | undefined, line: number | undefined, text: string): [number, number] {
  const at = name === undefined ? -1 : Math.max(...['\'', '"', '`'].map((quote) => text.indexOf(quote + name + quote)))
  if (name !== undefined && at >= 0) return [at, at + name.length + 2]
  const start = text.split('\n').slice(0, (line ?? 1) - 1).join('\n').length
  return [start === 0 ? 0 : start + 1, start === 0 ? 0 : start + 1]
}
