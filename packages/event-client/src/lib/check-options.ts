import { EventError } from './errors.ts'
import type { ClientOptions } from './event-client.ts'
import type { EventsOptions } from './events-options.ts'

/** Types, as `typeof` calls them. */
const TYPES: { readonly [name in keyof Required<EventsOptions>]: readonly string[] } = {
  sink: ['string', 'object'],
  path: ['string'],
  url: ['string'],
  headers: ['object'],
  project: ['string'],
  dataset: ['string'],
  table: ['string'],
  location: ['string'],
  endpoint: ['string'],
  dir: ['string'],
  namespace: ['string'],
  dryRun: ['boolean'],
  allowOutbox: ['boolean'],
  batch: ['object'],
  maxWaiting: ['number'],
  patienceMs: ['number'],
  requestMs: ['number'],
  deliver: ['boolean'],
  maxPayloadBytes: ['number'],
  maximumBytesBilled: ['number'],
  onEstimate: ['function'],
  clock: ['object'],
  random: ['function'],
  client: ['function'],
  output: ['object', 'function'],
}

export const CLIENT_TYPES: { readonly [name in keyof Required<ClientOptions>]: readonly string[] } = {
  runId: ['string'],
  step: ['string'],
  correlationId: ['string'],
  signal: ['object'],
  findSecret: ['function'],
}

/** Throws EVENTS_OPTION_INVALID for a name that is none (misspelt, it would count for nothing), and a value of another type. */
export function checkOptions(options: EventsOptions, more: { readonly [name: string]: readonly string[] } = {}): void {
  const types: { readonly [name: string]: readonly string[] } = { ...TYPES, ...more }
  if (typeof options !== 'object' || options === null) throw invalid('The options of events are an object.')
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(types, name)) throw invalid(`Events have no option \`${name}\`.`, `They have ${Object.keys(types).join(', ')}.`)
    if (value !== undefined && (value === null || !types[name]!.includes(typeof value))) {
      throw invalid(`\`${name}\` of the events is of type ${types[name]!.join(' or ')}, not ${value === null ? 'null' : typeof value}.`)
    }
  }
  const { sink } = options
  if (typeof sink !== 'object') return
  const lacking = (['write', 'close'] as const).find((method) => typeof sink[method] !== 'function')
  if (lacking !== undefined) throw invalid(`\`sink.${lacking}\` of the events is a function, not ${typeof sink[lacking]}.`)
  if (typeof sink.name !== 'string' || typeof sink.limits !== 'object') throw invalid('A sink of your own has a `name` and `limits`.')
}

function invalid(message: string, fix?: string): EventError {
  return new EventError('EVENTS_OPTION_INVALID', message, fix === undefined ? {} : { fix })
}
