import { checkJson, ContextError, type ContextErrorCode } from '@lorc/context'
import type { RecordedError } from '../../events.ts'
import type { JsonValue } from '../../json.ts'
import type { Reply, Request } from './node-protocol.ts'
import type { ScriptletContext } from '../node/node-step.ts'

/**
 * The context as code in a worker process sees it. Reads and writes go to the runner, which knows what the run's other
 * values and shapes allow; that a value is JSON at all is checked here, before it is sent as such.
 */
export class RemoteContext implements ScriptletContext {
  readonly #ask: (request: Request) => Reply

  constructor(ask: (request: Request) => Reply) {
    this.#ask = ask
  }

  get(key: string): JsonValue | undefined {
    return freeze(valueOf(this.#ask({ op: 'get', key })))
  }
  has(key: string): boolean {
    return valueOf(this.#ask({ op: 'has', key })) === true
  }
  keys(): string[] {
    return valueOf(this.#ask({ op: 'keys' })) as string[]
  }
  set(key: string, value: unknown): void {
    valueOf(this.#ask({ op: 'set', key, value: checkJson(value) }))
  }
}

export function valueOf(reply: Reply): JsonValue | undefined {
  if ('refused' in reply) throw refusal(reply.refused)
  return reply.value
}

/** As values of the context are in process. */
function freeze<T extends JsonValue | undefined>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) freeze(item)
  return Object.freeze(value)
}

/** The error as it was thrown on the other side, so that user code finds the code that it knows. */
function refusal({ code, message, fix, details = {} }: RecordedError): Error {
  if (code !== 'STEP_CONTEXT_REFUSED') return new Error(message)
  const { code: own, key, path } = details as Record<string, string>
  const options = { ...(fix && { fix }), ...(key && { key }), ...(path && { path }) }
  return new ContextError(own as ContextErrorCode, message, options)
}
