import { moduleKey } from '../../plan/module-key.ts'
import type { ModuleFinder } from '../../module-port.ts'
import type { CodeFault, CodeQuestion } from './code-question.ts'
import { stepPath, type StepOutline } from '../outline.ts'
import type { RecipePath } from '../text/problem.ts'
import type { RuleFinding } from '../step-rules.ts'
import { clause, describe, quote } from '../../wording.ts'

/** As the configuration has it. */
const MODULE_NAME = /^[a-z][a-z0-9_-]{0,62}$/

/** Checks what a step of type `module` says, and that no step of another type says it. */
export function checkModule(step: StepOutline, raw: unknown): RuleFinding[] {
  const { type, module } = step
  const at = (...path: RecipePath): RecipePath => stepPath(step, ...path)
  const { inputs } = (raw ?? {}) as { inputs?: unknown }
  const isList = Array.isArray(inputs)
  if (type !== 'module') return inputs === undefined || isList || typeof inputs !== 'object' ? [] : [mistyped('a list of files', inputs, at)]
  const misnamed = module === undefined || MODULE_NAME.test(module) ? [] : [misnaming(module, at)]
  return isList ? [...misnamed, mistyped('a map', inputs, at)] : misnamed
}

/** Two steps whose answers would be the same context key. */
export function checkModuleKeys(steps: readonly StepOutline[]): RuleFinding[] {
  const taken = new Map<string, string>()
  return steps.flatMap((step): RuleFinding[] => {
    if (step.type !== 'module' || step.name === undefined) return []
    const key = moduleKey(step.name)
    const other = taken.get(key)
    if (other === undefined) taken.set(key, step.name)
    // The same name twice is told elsewhere.
    if (other === undefined || other.toLowerCase() === step.name.toLowerCase()) return []
    const message = `the answers of ${quote(other)} and ${quote(step.name)} would both be \`${key}\``
    return [{ code: 'RECIPE_NAME_DUPLICATE', message, at: stepPath(step, 'name'), fix: 'choose another name' }]
  })
}

/** What there is to ask about a step of type `module`: whether the configuration has it. */
export function moduleQuestions(step: StepOutline, finder: ModuleFinder | undefined): CodeQuestion[] {
  const { module } = step
  if (!finder || module === undefined || !MODULE_NAME.test(module)) return []
  return [{ at: stepPath(step, 'module'), key: `module ${module}`, ask: () => lookUp(finder, module) }]
}

async function lookUp(finder: ModuleFinder, module: string): Promise<CodeFault | undefined> {
  try {
    await finder.locate(module)
    return undefined
  } catch (error) {
    const { message, fix } = error as { message?: unknown; fix?: unknown }
    return { code: 'RECIPE_MODULE_UNKNOWN', message: clause(String(message)), fix: typeof fix === 'string' ? clause(fix) : undefined }
  }
}

function mistyped(phrase: string, found: unknown, at: (...path: RecipePath) => RecipePath): RuleFinding {
  return { code: 'RECIPE_FIELD_TYPE', message: `\`inputs\` must be ${phrase}, not ${describe(found)}`, at: at('inputs') }
}

function misnaming(module: string, at: (...path: RecipePath) => RecipePath): RuleFinding {
  return {
    code: 'RECIPE_FIELD_VALUE',
    message: `${quote(module)} is not a valid name of a module`,
    at: at('module'),
    fix: 'a name has `a-z`, `0-9`, `-` and `_`, and begins with a letter; the configuration gives it a URL',
  }
}
