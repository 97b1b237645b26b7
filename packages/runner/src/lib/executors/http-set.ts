import type { Attempt } from '../executor.ts'
import { evaluate } from '../expressions/expressions.ts'
import type { JsonValue } from '../json.ts'
import type { HttpResponse } from './http-answer.ts'

/** The value of an expression over an answer and all else that the step's expressions see. Throws EXPRESSION_FAILED. */
export function evaluateResponse(cel: string, response: HttpResponse, attempt: Attempt, where: string): JsonValue {
  // Property by property: `env` is computed when it is asked for.
  const scope = Object.create(attempt.scope(), { response: { value: response, enumerable: true } }) as ReturnType<Attempt['scope']>
  return evaluate(cel, scope, where)
}
