import type { RecordedWrite } from '../events.ts'
import type { Attempt } from '../executor.ts'
import { evaluate } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/scope.ts'
import type { JsonValue } from '../json.ts'
import type { HttpResponse } from './http/http-answer.ts'

/** What a step's `set` computes from: the answer to its request, or what its job returned. */
export type Product = { readonly response: HttpResponse } | { readonly result: JsonValue }

/** The value of an expression over a product and all else that the step's expressions see. Throws EXPRESSION_FAILED. */
export function evaluateProduct(cel: string, product: Product, attempt: Attempt, where: string): JsonValue {
  return evaluate(cel, { ...attempt.scope(), ...(product as Pick<Scope, 'response' | 'result'>) }, where)
}

/** What is called with the text of an error: "`set.sales.rows_v1` of the step `load`". */
export function placeInSet(key: string, { step }: Attempt): string {
  return `\`set.${key}\` of the step \`${step.name}\``
}

/** The context that the `set` of a step of type `job` makes of what the job returned. Throws EXPRESSION_FAILED. */
export function resultWrites(set: Readonly<Record<string, string>>, result: JsonValue, attempt: Attempt): Record<string, RecordedWrite> {
  const writes = Object.entries(set).map(([key, cel]) => [key, { value: evaluateProduct(cel, { result }, attempt, placeInSet(key, attempt)) }] as const)
  return Object.fromEntries(writes)
}
