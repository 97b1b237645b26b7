import { ExpressionChecker } from '../../expressions/checker.ts'
import { expressionsOf, type PlacedExpression } from '../../expressions/step-expressions.ts'
import { isObject } from '../../json-object.ts'
import type { JsonValue } from '../../json.ts'
import type { Plan, PlanStep } from '../../plan.ts'
import { planInvalid, type PlanProblem } from '../check-plan.ts'
import { isBeforeItems, itemVariable, LIST, ofItem, productOf, wrongType } from './expression-rules.ts'
import { formatPath } from '../../json-path.ts'
import type { Role } from './recipe-expressions.ts'
import { quote } from '../../wording.ts'

/**
 * Throws RunnerError PLAN_INVALID for a plan made in code whose expressions are not well-formed, whose types do not fit
 * as far as they are known, or that name a step or a parameter which is not there.
 */
export function requireExpressions(plan: Plan): void {
  const properties = isObject(plan.params?.properties) ? plan.params.properties : {}
  const ctx = new Map<string, JsonValue>()
  for (const { produces = {}, forEach } of plan.steps)
    for (const [key, schema] of Object.entries(produces)) ctx.set(key, ctx.has(key) ? true : forEach ? LIST : schema)
  const known = { params: properties, ctx }
  const checker = new ExpressionChecker(known)
  const names = new Set(plan.steps.map(({ name }) => name))
  const problems = plan.steps.flatMap((step, index) =>
    expressionsOf(step).flatMap((placed): PlanProblem[] => {
      const role = roleOf(placed)
      const path = formatPath(['steps', index, ...placed.path])
      const own = role === 'done' && step.forEach ? step.produces : undefined
      const checked = (own ? ofItem(known, own) : checker).check(placed.cel, { item: itemOf(step, role), product: productOf(role) })
      const wrong = wrongType(role, checked)
      const messages = [
        ...checked.faults.map(({ message }) => message),
        ...(wrong === undefined ? [] : [wrong]),
        ...checked.references.flatMap(({ root, name, asked }) => {
          if (name === null || asked) return []
          if (root === 'steps' && !names.has(name)) return [`there is no step ${quote(name)}`]
          if (root === 'env' && isBeforeItems(role) && checker.usesItem(step.env?.set[name] ?? '')) return [itemVariable(name)]
          if (root === 'params' && plan.params && !Object.hasOwn(properties, name)) return [`there is no parameter ${quote(name)}`]
          return []
        }),
      ]
      return messages.map((message) => ({ path, message: `in the expression ${quote(placed.cel)} ${message}` }))
    }),
  )
  if (problems.length > 0) throw planInvalid(problems)
}

function roleOf({ path }: PlacedExpression): Role {
  if (path[0] === 'when') return 'condition'
  if (path[0] === 'forEach') return 'items'
  if (path[0] === 'success') return 'done'
  if (path[1] !== 'set') return 'template'
  return path[0] === 'http' ? 'response' : path[0] === 'job' ? 'result' : 'template'
}

/** The type of the item, which is not known before the items are. */
function itemOf(step: PlanStep, role: Role): string | null {
  return step.forEach && !isBeforeItems(role) ? 'dyn' : null
}
