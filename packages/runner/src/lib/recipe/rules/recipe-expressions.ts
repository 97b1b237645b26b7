import { bareCel, hasTemplates, parseTemplate } from '../../expressions/template.ts'
import { fieldsOf } from '../loose-data.ts'
import { stepPath, type StepOutline } from '../outline.ts'
import type { RecipePath } from '../text/problem.ts'

/** An expression of a recipe. */
export interface RecipeExpression {
  cel: string
  /** The text that holds it, and its offset there. */
  at: RecipePath
  offset: number
  step?: StepOutline
  role: Role
}

/** What an expression is for: it decides what it must give, and what it may use. */
export type Role = 'condition' | 'done' | 'items' | 'element' | 'template' | 'response' | 'result'

/** A `${{` without its `}}`. */
export interface OpenTemplate {
  at: RecipePath
  offset: number
}

/** Every expression of a recipe's value, however wrong the rest of it is. */
export function recipeExpressions(
  recipe: unknown,
  steps: readonly StepOutline[],
): { expressions: RecipeExpression[]; open: OpenTemplate[] } {
  const found = new Finder()
  found.templates(fieldsOf(recipe).env, ['env'])
  for (const step of steps) found.step((fieldsOf(recipe)[step.list] as unknown[])[step.index], step)
  return { expressions: found.expressions, open: found.open }
}

/** Fields of a step in which a text may hold `${{ }}`. */
const TEMPLATED = ['args', 'env', 'url', 'headers', 'body', 'params', 'parameters', 'account', 'since', 'until', 'message', 'cache_key'] as const

class Finder {
  readonly expressions: RecipeExpression[] = []
  readonly open: OpenTemplate[] = []
  #step: StepOutline | undefined

  step(raw: unknown, step: StepOutline): void {
    this.#step = step
    const fields = fieldsOf(raw)
    const at = (...path: RecipePath): RecipePath => stepPath(step, ...path)
    // Most steps have none of these: what they do not have is not to cost anything.
    if (fields.when !== undefined) this.#bare(fields.when, at('when'), 'condition')
    if (fields.success !== undefined) this.#bare(fieldsOf(fields.success).when, at('success', 'when'), 'done')
    if (fields.for_each !== undefined) this.#items(fields.for_each, at('for_each'))
    if (fields.set !== undefined)
      for (const [key, cel] of Object.entries(fieldsOf(fields.set))) this.#bare(cel, at('set', key), fields.type === 'job' ? 'result' : 'response')
    for (const field of TEMPLATED) if (hasTemplates(fields[field])) this.templates(fields[field], at(field))
    if (step.type === 'module') this.templates(fields.inputs, at('inputs'))
    const group = fields.concurrency_group
    if (typeof group === 'string') this.templates(group, at('concurrency_group'))
    else if (group !== undefined) this.templates(fieldsOf(group).name, at('concurrency_group', 'name'))
  }

  templates(value: unknown, at: RecipePath, role: Role = 'template'): void {
    if (typeof value === 'string') {
      if (hasTemplates(value)) this.#template(value, at, role)
    } else if (Array.isArray(value)) value.forEach((member, index) => this.templates(member, [...at, index], role))
    else for (const [key, member] of Object.entries(fieldsOf(value))) this.templates(member, [...at, key], role)
  }

  #items(written: unknown, at: RecipePath): void {
    if (typeof written === 'string') this.#bare(written, at, 'items')
    else if (Array.isArray(written)) this.templates(written, at, 'element')
    else if (written !== undefined) {
      const { items } = fieldsOf(written)
      if (typeof items === 'string') this.#bare(items, [...at, 'items'], 'items')
      else this.templates(items, [...at, 'items'], 'element')
    }
  }

  #bare(value: unknown, at: RecipePath, role: Role): void {
    if (typeof value !== 'string' || value === '') return
    const { cel, at: offset } = bareCel(value)
    this.#add({ cel, at, offset, role })
  }

  #template(value: string, at: RecipePath, role: Role): void {
    const { parts, unclosedAt } = parseTemplate(value)
    for (const part of parts) if ('cel' in part) this.#add({ cel: part.cel, at, offset: part.at, role })
    if (unclosedAt !== undefined) this.open.push({ at, offset: unclosedAt })
  }

  #add(expression: RecipeExpression): void {
    this.expressions.push(this.#step ? { ...expression, step: this.#step } : expression)
  }
}
