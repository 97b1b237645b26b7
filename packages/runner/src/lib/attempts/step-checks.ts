import type { LiveAttempt } from './attempt.ts'
import { RunnerError } from '../errors.ts'
import type { RecordedWrite } from '../events.ts'
import { evaluateCondition } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/scope.ts'
import { valueFaults } from '../json-schema/validate.ts'
import type { PlanStep } from '../plan.ts'
import { formatPath } from '../json-path.ts'

/** Throws STEP_SUCCESS_UNMET when a completed attempt's `success.when` does not hold, EXPRESSION_FAILED when it has no answer. */
export function requireSuccess({ step }: LiveAttempt, scope: () => Scope): void {
  const when = step.success?.when
  if (when === undefined || evaluateCondition(when, scope(), `\`success.when\` of the step \`${step.name}\``)) return
  throw new RunnerError('STEP_SUCCESS_UNMET', `It ended well, but success.when does not hold: ${when}`, { details: { when } })
}

/** Throws STEP_PRODUCES_UNMET for a write whose value is not of the shape that `produces` gives its key. */
export function requireShapes(step: PlanStep, writes: Readonly<Record<string, RecordedWrite>>): void {
  for (const [key, schema] of Object.entries(step.produces ?? {})) {
    const write = writes[key]
    if (!write || schema === true) continue
    const [fault] = valueFaults(write.value, schema, 1)
    if (!fault) continue
    const problem = `$${formatPath(['', ...fault.path]).slice('[""]'.length)} ${fault.message}`
    throw new RunnerError('STEP_PRODUCES_UNMET', `What it wrote to ${key} is not what \`produces\` says: ${problem}.`, {
      fix: 'Mend the step, or its `produces`; a new shape wants a new version of the key.',
      details: { key, problem },
    })
  }
}
