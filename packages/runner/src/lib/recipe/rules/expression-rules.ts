import { ExpressionChecker, type Checked, type Knowledge, type Surroundings } from '../../expressions/checker.ts'
import type { Reference } from '../../expressions/references.ts'
import { isObject } from '../../json-object.ts'
import type { JsonValue } from '../../json.ts'
import { bareCel } from '../../expressions/template.ts'
import { fieldsOf, listOf, type Fields } from '../loose-data.ts'
import { celOf } from './literal-cel.ts'
import type { StepOutline } from '../outline.ts'
import { readParams, readProduces } from '../schema/parameter-schema.ts'
import type { RecipePath } from '../text/problem.ts'
import type { OpenTemplate, RecipeExpression, Role } from './recipe-expressions.ts'
import { suggest } from '../../suggest.ts'
import { quote } from '../../wording.ts'

/** What is wrong with an expression: `start` and `end` are offsets in the text at `at`. */
export interface ExpressionFinding {
  code: 'RECIPE_EXPRESSION' | 'RECIPE_REFERENCE_UNKNOWN'
  message: string
  at: RecipePath
  start: number
  end: number
  fix?: string
}

/**
 * Checks every expression of a recipe: its syntax, its types as far as they are known, and that what it names is there:
 * parameters, steps, granted variables. Evaluates nothing.
 */
export function checkExpressions(
  recipe: unknown,
  steps: readonly StepOutline[],
  expressions: readonly RecipeExpression[],
  open: readonly OpenTemplate[],
): ExpressionFinding[] {
  const unclosed = open.map(({ at, offset }) => ({
    code: 'RECIPE_EXPRESSION' as const,
    message: 'a `${{` has no `}}`',
    at,
    start: offset,
    end: offset + 3,
    fix: 'close it with `}}`',
  }))
  if (expressions.length === 0) return unclosed
  const rules = new ExpressionRules(fieldsOf(recipe), steps)
  return [...unclosed, ...expressions.flatMap((expression) => rules.check(expression))]
}

class ExpressionRules {
  readonly #recipe: Fields
  readonly #params: readonly string[] | undefined
  readonly #names: ReadonlySet<string>
  readonly #secrets: ReadonlySet<string>
  readonly #known: Knowledge
  readonly #checker: ExpressionChecker
  readonly #itemTypes = new Map<StepOutline, string>()

  constructor(recipe: Fields, steps: readonly StepOutline[]) {
    this.#recipe = recipe
    const read = recipe.params === undefined ? undefined : readParams(recipe.params as JsonValue)
    const properties = read?.findings.length === 0 && isObject(read.schema.properties) ? read.schema.properties : {}
    // Of a recipe without `params`, runs may be given any.
    this.#params = read && Object.keys(isObject(read.schema.properties) ? read.schema.properties : {})
    this.#names = new Set(steps.flatMap(({ name }) => name ?? []))
    this.#secrets = new Set(listOf(recipe.secrets).map(String))
    this.#known = { params: properties, ctx: producedBy(recipe, steps) }
    this.#checker = new ExpressionChecker(this.#known)
  }

  check(expression: RecipeExpression): ExpressionFinding[] {
    const { cel, at, offset, role } = expression
    const checked = this.#checkerOf(expression).check(cel, this.#surroundings(expression))
    const place = (start: number, end: number) => ({ at, start: offset + start, end: offset + Math.max(end, start + 1) })
    const findings: ExpressionFinding[] = checked.faults.map(({ message, start, end, fix }) => ({
      code: 'RECIPE_EXPRESSION',
      message,
      ...place(start, end),
      ...(fix === undefined ? {} : { fix }),
    }))
    for (const reference of checked.references) {
      const unknown = this.#unknown(reference, expression)
      if (unknown) findings.push({ code: 'RECIPE_REFERENCE_UNKNOWN', ...unknown, ...place(reference.start, reference.end) })
    }
    const wrong = wrongType(role, checked)
    if (wrong !== undefined) findings.push({ code: 'RECIPE_EXPRESSION', message: wrong, ...place(0, cel.length) })
    return findings
  }

  /** What an item's `success.when` sees of its keys is what it wrote itself. */
  #checkerOf({ step, role }: RecipeExpression): ExpressionChecker {
    if (role !== 'done' || step === undefined) return this.#checker
    const { for_each, produces } = fieldsOf(rawStep(this.#recipe, step))
    if (for_each === undefined || produces === undefined) return this.#checker
    return ofItem(this.#known, schemasOf(produces))
  }

  /** `when` and the items themselves are evaluated before there is an item. */
  #surroundings({ step, role }: RecipeExpression): Surroundings {
    const within = step && !isBeforeItems(role)
    return { item: within ? this.#itemType(step) : null, product: productOf(role) }
  }

  #itemType(step: StepOutline): string | null {
    const written = fieldsOf(rawStep(this.#recipe, step)).for_each
    if (written === undefined) return null
    const known = this.#itemTypes.get(step)
    if (known !== undefined) return known
    const items = isObject(written) ? fieldsOf(written).items : written
    const cel = typeof items === 'string' ? bareCel(items).cel : celOf((items ?? []) as JsonValue)
    const { type } = this.#checker.check(cel, { item: null, product: null })
    const made = /^list<(.*)>$/.exec(type ?? '')?.[1] ?? 'dyn'
    this.#itemTypes.set(step, made)
    return made
  }

  #unknown({ root, name }: Reference, { step, at, role }: RecipeExpression): { message: string; fix?: string } | undefined {
    if (name === null) return undefined
    switch (root) {
      case 'ctx':
        return undefined
      case 'steps':
        if (this.#names.has(name)) return undefined
        return { message: `there is no step ${quote(name)}`, ...this.#nearStep(name) }
      case 'params':
        if (!this.#params || this.#params.includes(name)) return undefined
        return { message: `there is no parameter ${quote(name)}`, ...meantOf(name, this.#params) }
      case 'env': {
        const own = step ? fieldsOf(rawStep(this.#recipe, step)) : {}
        if (this.#secrets.has(name)) return secretUse(name, own, at)
        const granted = [...namesOf(this.#recipe.env), ...namesOf(own.env)]
        const value = fieldsOf(own.env)[name]
        if (isBeforeItems(role) && typeof value === 'string' && this.#checker.usesItem(value)) return { message: itemVariable(name), fix: ITEM_FIX }
        if (granted.includes(name)) return undefined
        const meant = suggest(name, granted)
        const fix = meant === undefined ? `grant it: \`env: [${name}]\`` : `did you mean ${quote(meant)}?`
        return { message: `the step is not granted a variable ${quote(name)}`, fix }
      }
    }
  }

  /** `steps.load-data` reads as a subtraction. */
  #nearStep(name: string): { fix?: string } {
    const meant = suggest(name, this.#names)
    if (meant === undefined) return {}
    return { fix: `did you mean ${/^\w+$/.test(meant) ? quote(meant) : `\`steps[${JSON.stringify(meant)}]\``}?` }
  }
}

/** A secret is for the request of an http step that names it, and for no other expression. */
function secretUse(name: string, step: Fields, at: RecipeExpression['at']): { message: string; fix?: string } | undefined {
  const request = step.type === 'http' && REQUEST.some((field) => at[2] === field)
  if (!request) return { message: `${quote(name)} is a secret, which no expression sees but the url, headers and body of an http step` }
  if (namesOf(step.env).includes(name)) return undefined
  return { message: `the step is not granted the secret ${quote(name)}`, fix: `grant it: \`env: [${name}]\`` }
}

const REQUEST = ['url', 'headers', 'body'] as const

/** Whether an expression is evaluated before there is an item. */
export function isBeforeItems(role: Role): boolean {
  return role === 'condition' || role === 'items' || role === 'element'
}

/** Of a variable whose value is of an item, where there is none yet. */
export function itemVariable(name: string): string {
  return `the variable ${quote(name)} is of an item, and this is evaluated before there is one`
}

const ITEM_FIX = 'filter the items instead: `for_each: params.list.filter(x, ...)`'

/** What a `set` computes from. */
export function productOf(role: Role): 'response' | 'result' | null {
  return role === 'response' || role === 'result' ? role : null
}

/** What is wrong with the type of an expression for what it is for. */
export function wrongType(role: Role, { type }: Checked): string | undefined {
  if (type === null || type === 'dyn' || type.startsWith('dyn<')) return undefined
  if (role === 'condition' || role === 'done') return type === 'bool' ? undefined : `it must give true or false, not ${wordOf(type)}`
  if (role === 'items') return type.startsWith('list') ? undefined : `it must give a list, not ${wordOf(type)}`
  return undefined
}

function wordOf(type: string): string {
  if (type.startsWith('list')) return 'a list'
  const words: Readonly<Record<string, string>> = { string: 'a text', int: 'a number', double: 'a number', bool: 'true or false', null: 'null' }
  return words[type] ?? 'a map'
}

function meantOf(name: string, candidates: readonly string[]): { fix?: string } {
  const meant = suggest(name, candidates)
  if (meant !== undefined) return { fix: `did you mean ${quote(meant)}?` }
  return { fix: candidates.length === 0 ? 'the recipe declares none' : `the recipe has ${candidates.slice(0, 8).map(quote).join(', ')}` }
}

/** The schemas of the keys that steps declare; a key that two declare differently is known of neither. */
function producedBy(recipe: Fields, steps: readonly StepOutline[]): Map<string, JsonValue> {
  const found = new Map<string, JsonValue>()
  for (const step of steps) {
    const raw = fieldsOf(rawStep(recipe, step))
    for (const [key, declared] of Object.entries(schemasOf(raw.produces))) {
      const schema = raw.for_each === undefined ? declared : LIST
      found.set(key, found.has(key) && JSON.stringify(found.get(key)) !== JSON.stringify(schema) ? true : schema)
    }
  }
  return found
}

/** Of what is declared as it should be. */
function schemasOf(produces: unknown): Record<string, JsonValue> {
  if (produces === undefined) return {}
  const { schemas, findings } = readProduces(produces as JsonValue, [])
  return findings.length > 0 ? {} : schemas
}

/** What other steps see of a key that the items of a step write: null is there for an item that did not write it. */
export const LIST: JsonValue = { type: 'array', items: true }

/** Checks what is evaluated for one item, when it has written what its step declares. */
export function ofItem({ params, ctx }: Knowledge, own: Readonly<Record<string, JsonValue>>): ExpressionChecker {
  return new ExpressionChecker({ params, ctx: new Map([...ctx, ...Object.entries(own)]) })
}

function rawStep(recipe: Fields, { list, index }: StepOutline): unknown {
  return listOf(recipe[list])[index]
}

function namesOf(env: unknown): string[] {
  return Array.isArray(env) ? env.map(String) : Object.keys(fieldsOf(env))
}
