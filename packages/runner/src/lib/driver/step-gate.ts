import type { EventData } from '../events.ts'
import { evaluateCondition, evaluateItems, resolveText } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/scope.ts'
import { toRecorded } from '../attempts/outcome.ts'
import type { PlanStep } from '../plan.ts'
import { SeenValues } from './seen-values.ts'

/**
 * What becomes of a step whose turn has come: the event that says so, or undefined where it may start. `now` is Unix
 * milliseconds. An expression that cannot be evaluated fails the step, as its attempt 0.
 */
export function decideGate(step: PlanStep, scope: Scope, now: number): EventData | undefined {
  const { name, when, forEach, type } = step
  const place = (field: string) => `\`${field}\` of the step \`${name}\``
  try {
    if (when !== undefined) {
      const seen = new SeenValues()
      if (!evaluateCondition(when, { ...scope, onRead: seen.onRead }, place('when'))) {
        return { type: 'steps.skipped', steps: [name], reason: `when: ${when} is false${seen.text()}` }
      }
    }
    if (forEach) return { type: 'step.expanded', step: name, items: evaluateItems(forEach.items, scope, place('for_each')) }
    return type === 'approval' ? request(step, resolveText(step.approval?.message ?? `May ${name} go on?`, scope, place('message')), now) : undefined
  } catch (error) {
    return { type: 'step.failed', step: name, attempt: 0, error: toRecorded(error), metrics: null }
  }
}

function request({ name, approval, timeoutMs }: PlanStep, message: string, now: number): EventData {
  const expiresAt = timeoutMs === undefined ? null : now + timeoutMs
  return { type: 'approval.requested', step: name, message, by: approval?.by ?? null, expiresAt }
}
