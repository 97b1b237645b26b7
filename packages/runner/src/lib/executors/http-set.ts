import type { Attempt } from '../executor.ts'
import { evaluate, loadExpressions } from '../expressions/expressions.ts'
import type { JsonValue } from '../json.ts'
import type { HttpResponse } from './http-answer.ts'

/** The value of an expression over an answer; it sees the context and the run as well. Rejects with EXPRESSION_FAILED. */
export async function evaluateResponse(
  cel: string,
  response: HttpResponse,
  { context, runId, number }: Attempt,
  where: string,
): Promise<JsonValue> {
  await loadExpressions({ any: true, matches: cel.includes('matches') })
  const scope = {
    params: {},
    ctx: (key: string) => context.get(key),
    steps: () => undefined,
    run: { id: runId, name: '', attempt: number },
    env: {},
    response: { ...response },
  }
  return evaluate(cel, scope, where)
}
