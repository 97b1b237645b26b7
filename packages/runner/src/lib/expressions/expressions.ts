import { RunnerError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import type { Scope } from './scope.ts'
import { hasTemplates, parseTemplate } from './template.ts'

let run: typeof import('./program.ts').run | undefined

/** The most items that a `for_each` step may have. */
const MOST_ITEMS = 100_000

/**
 * Loads what evaluates expressions; the functions below need it. `uses` tells what is to be evaluated, as
 * `expressionUses` finds it in a plan: without expressions nothing is loaded.
 */
export async function loadExpressions(uses: { any: boolean; matches: boolean }): Promise<void> {
  if (!uses.any) return
  const { loadRegularExpressions } = await import('./regular-expression.ts')
  const [program] = await Promise.all([import('./program.ts'), uses.matches ? loadRegularExpressions() : undefined])
  run = program.run
}

/**
 * The value of an expression. Its work is bounded, and it sees nothing but the scope. `where` is for people: "`when` of
 * the step `load`". Throws RunnerError EXPRESSION_FAILED, with `details` `{ expression, where, reason }`.
 */
export function evaluate(cel: string, scope: Scope, where = ''): JsonValue {
  if (!run) throw new RunnerError('RUN_INTERNAL', 'loadExpressions was not called')
  return run(cel, scope, where)
}

/** As `evaluate`, for what must be true or false. */
export function evaluateCondition(cel: string, scope: Scope, where = ''): boolean {
  const value = evaluate(cel, scope, where)
  if (typeof value === 'boolean') return value
  throw failed(cel, where, `it must give true or false, not ${describe(value)}`)
}

/** As `evaluate`, for the items of a `for_each` step. */
export function evaluateItems(cel: string, scope: Scope, where = ''): JsonValue[] {
  const value = evaluate(cel, scope, where)
  if (!Array.isArray(value)) throw failed(cel, where, `it must give a list, not ${describe(value)}`)
  if (value.length <= MOST_ITEMS) return value
  throw failed(cel, where, `it gives ${value.length} items; at most ${MOST_ITEMS} are possible`)
}

/**
 * A value with its `${{ }}` replaced: a text that is one expression alone becomes that expression's value, with its type;
 * in another text the values are spliced in, texts as they are and anything else as JSON. Lists and objects are gone
 * through; keys are left alone. A value without templates is returned as it is. Throws as `evaluate` does.
 */
export function resolveTemplates<T extends JsonValue>(value: T, scope: Scope, where = ''): T {
  return (hasTemplates(value) ? resolve(value, scope, where) : value) as T
}

/** As `resolveTemplates` for what has to stay a text: a value that is none is written as JSON. */
export function resolveText(text: string, scope: Scope, where = ''): string {
  return hasTemplates(text) ? asText(resolve(text, scope, where)) : text
}

function resolve(value: JsonValue, scope: Scope, where: string): JsonValue {
  if (typeof value === 'string') return resolveString(value, scope, where)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item, index) => resolve(item, scope, within(where, `[${index}]`)))
  const members = Object.entries(value).map(([key, member]) => [key, resolve(member, scope, within(where, `.${key}`))] as const)
  return Object.fromEntries(members)
}

/** A place in the field that `where` names: "`args[0]` of the step `load`". */
function within(where: string, path: string): string {
  return where.replace(/^`([^`]*)`/, (_, field: string) => `\`${field}${path}\``)
}

function resolveString(text: string, scope: Scope, where: string): JsonValue {
  if (!hasTemplates(text)) return text
  const { parts, unclosedAt } = parseTemplate(text)
  if (unclosedAt !== undefined) throw failed(text.slice(unclosedAt), where, 'a `${{` has no `}}`')
  const values = parts.map((part) => ('cel' in part ? evaluate(part.cel, scope, where) : part.text))
  return values.length === 1 ? values[0]! : values.map(asText).join('')
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function describe(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : `a ${typeof value}`
}

function failed(expression: string, where: string, reason: string): RunnerError {
  const place = where === '' ? '' : ` (${where})`
  return new RunnerError('EXPRESSION_FAILED', `The expression \`${expression}\`${place} failed: ${reason}`, {
    details: { expression, where, reason },
  })
}
