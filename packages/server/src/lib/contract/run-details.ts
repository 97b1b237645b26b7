import * as z from 'zod'
import { flagSchema, runIdSchema, timeSchema } from './common-fields.ts'
import { defineRoutes } from './route-spec.ts'

const runParams = z.strictObject({ run_id: runIdSchema })
const seqSchema = z.coerce.number<number | string>().int().min(0)

export const writeSchema = z.object({
  value: z.json(),
  who: z.string(),
  step: z.string().nullable(),
  attempt: z.int().nullable(),
  at: timeSchema,
})

export const contextSchema = z
  .object({
    run_id: z.string(),
    at: z.int().describe('The number of the last event that it takes in.'),
    keys: z.record(z.string(), writeSchema).describe('The last write of each key.'),
    history: z.array(writeSchema).optional().describe('With `key`: every write, oldest first.'),
  })
  .meta({ id: 'RunContext' })

const artifactItemSchema = z
  .object({
    step: z.string(),
    name: z.string().describe('What `/runs/{run_id}/artifacts/` takes.'),
    path: z.string().describe('Relative to the workspace.'),
    bytes: z.int(),
    sha256: z.string(),
    media_type: z.string(),
    shown: z.boolean().describe('Whether a browser shows it in place.'),
    url: z.string(),
  })
  .meta({ id: 'ArtifactItem' })

export const runDetailRoutes = defineRoutes({
  'GET /runs/{run_id}/events': {
    summary: 'Follow the events of a run',
    description:
      'Server-Sent Events: `id` is the number of the event in the journal, `event` its type, `data` the event as the journal has it. ' +
      'From the first, from `from`, or after `Last-Event-ID`; then what happens until the run has ended. A reader that comes back ' +
      'for what a run that has ended does not have gets 204: there is no more to come.',
    tag: 'runs',
    scope: 'read',
    params: runParams,
    query: z.strictObject({
      from: seqSchema.optional().describe('The first event to send. Default 0, or the one after `Last-Event-ID`.'),
      follow: flagSchema.optional().describe('False: only what there is by now. Default: true.'),
    }),
    // An empty one says that there was no event yet: see the HTML standard on the reconnection of event sources.
    headers: z.looseObject({ 'last-event-id': z.preprocess((text) => text || undefined, seqSchema.optional()) }),
    answers: { 200: { mediaType: 'text/event-stream', description: 'Events.' }, 204: { mediaType: 'text/event-stream', description: 'No more will come.' } },
  },
  'GET /runs/{run_id}/logs': {
    summary: 'Read what the steps of a run printed',
    description: 'A JSON object a line: `{ step, attempt, attempt_started_at, text }`; those of the attempt that began first first.',
    tag: 'runs',
    scope: 'read',
    params: runParams,
    query: z.strictObject({
      step: z.string().min(1).max(300).optional().describe('Of this step, and of its items.'),
      attempt: z.coerce.number<number | string>().int().min(1).optional(),
      text: z.string().min(1).max(200).optional().describe('Only lines that hold this, in either case.'),
      follow: flagSchema.optional().describe('Go on with what is printed until the run has ended. Default: false.'),
    }),
    answers: { 200: { mediaType: 'application/x-ndjson', description: 'Lines.' } },
  },
  'GET /runs/{run_id}/context': {
    summary: 'Show what the steps of a run produced',
    tag: 'runs',
    scope: 'read',
    params: runParams,
    query: z.strictObject({
      at: seqSchema.optional().describe('As it was after the event of this number. Default: now.'),
      key: z.string().min(1).max(300).optional().describe('Only this key, with its earlier values in `history`.'),
    }),
    answers: { 200: contextSchema },
  },
  'GET /runs/{run_id}/artifacts': {
    summary: 'List the files that the steps of a run recorded',
    tag: 'runs',
    scope: 'read',
    params: runParams,
    answers: { 200: z.object({ items: z.array(artifactItemSchema), next_cursor: z.null() }) },
  },
  'GET /runs/{run_id}/artifacts/*': {
    summary: 'Read a file that a step of a run recorded',
    description:
      '`ETag` is its SHA-256. `Range`, `If-Range` and `If-None-Match` are heeded. What a browser cannot show without harm is sent as ' +
      'bytes to keep. 410 where the file is gone, or is not what was recorded any more.',
    tag: 'runs',
    scope: 'read',
    params: z.strictObject({ run_id: runIdSchema, '*': z.string().min(1).max(1000).describe('Its name or path.') }),
    headers: z.looseObject({ range: z.string().optional(), 'if-range': z.string().optional(), 'if-none-match': z.string().optional() }),
    answers: {
      200: { mediaType: 'application/octet-stream', description: 'The file.' },
      206: { mediaType: 'application/octet-stream', description: 'The part that was asked for.' },
      304: { mediaType: 'application/octet-stream', description: 'It is what you have.' },
    },
  },
})
