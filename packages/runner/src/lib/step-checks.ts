import type { LiveAttempt } from './attempt.ts'
import { RunnerError } from './errors.ts'
import type { RecordedWrite } from './events.ts'
import { evaluateCondition } from './expressions/expressions.ts'
import type { Scope } from './expressions/scope.ts'
import type { JsonValue } from './json.ts'
import type { Plan, PlanStep } from './plan.ts'

type Check = (value: JsonValue) => string | undefined
type MakeCheck = (schema: JsonValue) => Check

let makeCheck: MakeCheck | undefined

/** Loads what checks values against JSON Schemas; `requireShapes` needs it. */
export async function loadShapes(): Promise<void> {
  makeCheck ??= (await import('./json-schema-check.ts')).jsonSchemaCheck
}

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
    const problem = checkOf(schema)(write.value)
    if (problem === undefined) continue
    throw new RunnerError('STEP_PRODUCES_UNMET', `What it wrote to ${key} is not what \`produces\` says: ${problem}.`, {
      fix: 'Mend the step, or its `produces`; a new shape wants a new version of the key.',
      details: { key, problem },
    })
  }
}

const checks = new WeakMap<object, Check>()

function checkOf(schema: object): Check {
  let check = checks.get(schema)
  if (!check) {
    if (!makeCheck) throw new RunnerError('RUN_INTERNAL', 'loadShapes was not called')
    checks.set(schema, (check = makeCheck(schema as JsonValue)))
  }
  return check
}

export function hasShapes(plan: Plan): boolean {
  return plan.steps.some(({ produces }) => produces !== undefined)
}
