import type { StreamMessage } from '../api/event-stream.ts'

/** An event as the journal has it. */
export interface RunEvent {
  seq: number
  /** Unix milliseconds. */
  ts: number
  type: string
  /** All of it. */
  json: string
}

export function eventOf({ id, event, data }: StreamMessage): RunEvent {
  const ts = /"ts":(\d+)/.exec(data)
  return { seq: Number(id), type: event, ts: ts === null ? 0 : Number(ts[1]), json: data }
}

/** What an event is about, in a few words. */
export function eventWords({ json }: RunEvent): string {
  const event = JSON.parse(json) as Readonly<Record<string, unknown>>
  const words: string[] = []
  const { step, steps, attempt, by, reason, error, retryInMs, outputs, writes, group, items, epoch, message } = event
  if (typeof step === 'string') words.push(step)
  if (Array.isArray(steps)) words.push(steps.length > 3 ? `${steps.length} steps` : steps.join(', '))
  if (typeof attempt === 'number' && attempt > 1) words.push(`attempt ${attempt}`)
  if (typeof epoch === 'number') words.push(`driver ${epoch}`)
  if (typeof group === 'string') words.push(`group ${group}`)
  if (Array.isArray(items)) words.push(`${items.length} items`)
  if (typeof by === 'string') words.push(`by ${by}`)
  if (isObject(error)) words.push(`${text(error['code'])}: ${text(error['message'])}`)
  if (typeof retryInMs === 'number') words.push(`again in ${retryInMs} ms`)
  if (typeof reason === 'string' && reason !== '') words.push(reason)
  if (typeof message === 'string' && message !== '') words.push(message)
  const made = Array.isArray(outputs) && outputs.length > 0 ? outputs : isObject(writes) ? Object.keys(writes) : []
  return `${words.join(' · ')}${made.length > 0 ? ` → ${made.join(', ')}` : ''}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
