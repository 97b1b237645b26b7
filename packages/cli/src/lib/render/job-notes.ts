import type { JsonObject } from '@lorc/runner'
import { eventsText, objectsText } from './job-outcome.ts'
import { truncate } from './text.ts'

/** Columns of a result that are shown. */
const RESULT_WIDTH = 160

/** What a step returned and what became of its events, in a line each; none: it is not a job, and returned nothing. */
export function jobNotes(meta: JsonObject | null): string[] {
  const { result, events, raw_objects: objects } = meta ?? {}
  return [
    ...(result === undefined ? [] : [truncate(`returned ${JSON.stringify(result)}`, RESULT_WIDTH)]),
    ...(events === undefined ? [] : [eventsText(events), ...objectsText(objects)]),
  ]
}
