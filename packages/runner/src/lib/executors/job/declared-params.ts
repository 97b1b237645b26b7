import { EventError, paramsJsonSchema, type JobSpec } from '@lorc/event-client'
import type { JobPlace } from '../../job-port.ts'
import type { JsonObject } from '../../json.ts'
import { schemaFaults } from '../../json-schema/json-schema.ts'
import { parametersOf, unfit } from '../../plan/params.ts'

/**
 * Checks what a job is given by the JSON Schema of its package.json, where the job's own schema has none to tell: forms and
 * recipes go by it then. One that lorc cannot read is passed over. Throws EventError JOB_PARAMS_INVALID.
 */
export function assertDeclaredParams(spec: Pick<JobSpec, 'params'>, given: JsonObject, { label, params: declared }: Pick<JobPlace, 'label' | 'params'>): void {
  if (declared === undefined || spec.params === undefined || paramsJsonSchema(spec) !== undefined || schemaFaults(declared).length > 0) return
  const infos = parametersOf({ params: declared })
  const defaults = infos.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value] as const]))
  const complete = { ...Object.fromEntries(defaults), ...given }
  const problems = unfit(complete, declared).map(({ name, path, message }) => ({ name, ...(path && { path }), message }))
  if (problems.length === 0) return
  const told = problems.map(({ message }) => message).join('; ')
  throw new EventError('JOB_PARAMS_INVALID', `The parameters of ${label} are wrong: ${told}.`, {
    fix: `Its parameters are ${infos.map(({ name }) => name).join(', ')}.`,
    details: { problems },
  })
}
