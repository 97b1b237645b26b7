import type { RecordedWrite } from '../../events.ts'
import type { JsonObject, JsonValue } from '../../json.ts'

/** What a class asks of the attempts at it. */
export interface PythonNeeds {
  /** A process of its own. */
  isolated: boolean
  /** No other Python attempt at the same time. */
  exclusive: boolean
}

/** An attempt as a host is told of it; `python/lorc_host.py` has the other side. */
export interface PythonRequest extends PythonNeeds {
  module: string
  file: string
  /** Changes when the file does. */
  stamp: string
  class: string
  params: JsonValue
  step: string
  run: string
  attempt: number
  seed: number
  idempotencyKey: string
  /** What the step is granted. The host adds the attempt's own LORC_*. */
  env: Readonly<Record<string, string>>
  log: string
}

/** What a host has to be told of an attempt, of which it knows the one before: most attempts have much in common. */
export function newsOf(request: PythonRequest, before: PythonRequest | undefined): Partial<PythonRequest> {
  if (!before) return request
  // User code may have changed its `params`.
  const news: { [name: string]: unknown } = { step: request.step, params: request.params }
  let name: keyof PythonRequest
  for (name in request) if (request[name] !== before[name]) news[name] = request[name]
  return news
}

/** User and system CPU time in milliseconds, and the peak of memory in bytes. */
export type PythonUsage = [number, number, number]

export interface PythonResult {
  code: number
  /** `ValueError: missing src`. */
  error?: string
  /** The `code` of that exception. */
  errorCode?: string
  /** What to do about it. */
  fix?: string
  /** The class is not there: what to say, and what to do about it. */
  missing?: [string, string]
  /** An envelope that `run` returned. */
  returned?: JsonObject
  /** What `run` returned instead of an exit code or an envelope. */
  invalid?: string
  writes?: Record<string, RecordedWrite>
  /** Standard output: the first of it, base64; its size; whether it went to the log. */
  stdout?: string
  bytes?: number
  logged?: boolean
  usage: PythonUsage
  /** Left out where its class asks for nothing. */
  flags?: PythonNeeds
  /** What the attempt left behind in its process, which is of no more use then. */
  left?: string[]
}

/** Every message of a host has exactly one of these. */
export interface PythonMessage {
  ready?: number[]
  get?: string
  has?: string
  keys?: true
  history?: string
  artifactsDir?: true
  progress?: [number, number | null]
  redirect?: PythonNeeds
  forked?: number
  done?: PythonResult
  exit?: { code: number | null; signal: number | null; usage: PythonUsage }
}
