import { isSchema } from './plain-schema.ts'

/** A module that a scenario calls; `id` tells the calls of one module apart, the first of which has its name. */
export interface ModuleCall {
  id: string
  module: string
}

/** With one more call of a module behind the others. */
export function withCall(calls: readonly ModuleCall[], module: string): ModuleCall[] {
  const taken = new Set(calls.map(({ id }) => id))
  let id = module
  for (let number = 2; taken.has(id); number++) id = `${module}-${number}`
  return [...calls, { id, module }]
}

/** A call as `POST /plan_and_execute` takes it; `more` has what was said of the calls, by their ids. */
export function callBody({ id, module }: ModuleCall, more: unknown): unknown {
  const own = isSchema(more) && Object.hasOwn(more, id) && isSchema(more[id]) ? more[id] : undefined
  return id === module && own === undefined ? module : { module, ...(id !== module && { id }), ...own }
}

/** The calls of a scenario that was asked for, and what it says of each. */
export function callsOf(request: unknown): { calls: ModuleCall[]; more: Record<string, unknown> } {
  const listed = isSchema(request) && Array.isArray(request['modules']) ? (request['modules'] as unknown[]) : []
  const given = listed.flatMap((one) => (typeof one === 'string' ? [{ module: one }] : isSchema(one) && typeof one['module'] === 'string' ? [{ ...one, module: one['module'] }] : []))
  const calls = given.map((one) => ({ module: one.module, id: 'id' in one && typeof one.id === 'string' ? one.id : one.module }))
  return { calls, more: Object.fromEntries(calls.map(({ id }, index) => [id, given[index]])) }
}
