import { hash } from 'node:crypto'
import { validateHeaderValue } from 'node:http'
import { SecretMask, type Clock, type JsonObject, type JsonValue } from '@lorc/runner'
import { hasTemplates, loadExpressions, resolveTemplates, type Scope } from '@lorc/runner/expressions'
import { CircuitBreaker } from './circuit-breaker.ts'
import { isObject } from './answer-reason.ts'
import type { ModuleClient, ModuleRequest, ModuleResponse } from './module-client.ts'
import type { ModuleConfig } from './module-config.ts'
import { moduleError } from './module-error.ts'
import { Remembered } from './remembered.ts'

/** Milliseconds for which what a module said of itself counts. */
const FRESH_MS = 5000
const LONGEST_HEALTH_MS = 5000
const LONGEST_METADATA_MS = 1000
const MOST_BYTES = 64 * 1024

/** What modules need of the process they are called from. */
export interface ModulePorts {
  readonly client: ModuleClient
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What is asked, beside what the configuration says: the module's headers, its time and its limit. */
export type Question = Pick<ModuleRequest, 'method' | 'url'> & Partial<Pick<ModuleRequest, 'headers' | 'body' | 'timeoutMs' | 'maxBytes' | 'signal'>>

/** A module of the configuration, with what this process knows of it. */
export class Module {
  readonly name: string
  readonly config: ModuleConfig
  readonly breaker = new CircuitBreaker()
  /** Names of the environment variables that its headers hold. */
  readonly secrets: readonly string[]
  /** SHA-256 of what the configuration says of it; of its headers, the names alone, and the variables that they take. */
  readonly configHash: string
  readonly #ports: ModulePorts
  readonly #health: Remembered<void>
  readonly #metadata: Remembered<JsonObject | null>

  constructor(name: string, config: ModuleConfig, ports: ModulePorts) {
    this.name = name
    this.config = config
    this.secrets = variablesOf(config.headers)
    this.configHash = hash('sha256', JSON.stringify({ ...config, headers: Object.keys(config.headers).sort(), env: this.secrets }))
    this.#ports = ports
    this.#health = new Remembered(() => this.#askHealth(), FRESH_MS)
    this.#metadata = new Remembered(() => this.#askMetadata().catch(() => null), FRESH_MS)
  }

  /** Monotonic milliseconds. */
  readonly now = (): number => this.#ports.clock.monotonic()

  /** Resolves when the module is there and well, or was a moment ago; rejects with MODULE_UNHEALTHY. */
  checkHealth(): Promise<void> {
    return this.#health.get(this.now)
  }

  /** What it says of itself (`GET /metadata`); null: nothing, or nothing that can be read. */
  metadata(): Promise<JsonObject | null> {
    return this.#metadata.get(this.now)
  }

  /** It may be another one by now: what it said of itself counts no longer. */
  forget(): void {
    this.#health.forget()
    this.#metadata.forget()
  }

  /** Rejects as ModuleClient.ask does, and with MODULE_MAPPING where a header cannot be had. */
  async ask(question: Question): Promise<ModuleResponse> {
    const { timeout, maxBytes } = this.config
    const headers = { ...question.headers, ...(await this.#headers()) }
    return this.#ports.client.ask({ module: this.name, timeoutMs: timeout, maxBytes, ...question, headers })
  }

  /** What is sent for the body of the contract. Rejects with MODULE_MAPPING. */
  async requestFor(body: JsonObject): Promise<JsonValue> {
    const { request } = this.config
    return request === undefined ? body : this.#map('request', request, { params: body })
  }

  /** The envelope that an answer stands for: `body`, its JSON, where the configuration maps none. Rejects with MODULE_MAPPING. */
  async envelopeOf({ status, headers }: ModuleResponse, body: JsonValue, params: JsonObject): Promise<JsonValue> {
    const { response } = this.config
    if (response === undefined) return body
    const envelope = await this.#map('response', response, { params, response: { status, headers, body } })
    return isObject(envelope) ? { status: 'ok', module: this.name, ...envelope } : envelope
  }

  async #headers(): Promise<Record<string, string>> {
    const env = this.#ports.env as Readonly<Record<string, string>>
    const headers = (await this.#map('headers', this.config.headers, { params: {}, env: () => env })) as Record<string, string>
    for (const [name, value] of Object.entries(headers)) {
      try {
        validateHeaderValue(name, value)
      } catch (cause) {
        throw this.#unmapped('headers', `\`modules.${this.name}.headers.${name}\` has a value that no header can have.`, cause)
      }
    }
    return headers
  }

  async #map(field: 'headers' | 'request' | 'response', value: JsonValue, seen: Pick<Scope, 'params'> & Partial<Scope>): Promise<JsonValue> {
    if (!hasTemplates(value)) return value
    await loadExpressions({ any: true, matches: true })
    const nothing = { ctx: () => undefined, steps: () => undefined, run: { id: '', name: '', attempt: 1, seed: 0, time: '' }, env: () => ({}) }
    try {
      return resolveTemplates(value, { ...nothing, ...seen }, `\`modules.${this.name}.${field}\``)
    } catch (cause) {
      throw this.#unmapped(field, (cause as Error).message, cause)
    }
  }

  #unmapped(field: string, message: string, cause: unknown): Error {
    const fix = field === 'headers' ? 'Set the variable before `lorc serve` is started.' : `Correct \`modules.${this.name}.${field}\` in lorc.config.`
    return moduleError('MODULE_MAPPING', this.name, message, { cause, fix })
  }

  async #askHealth(): Promise<void> {
    const { url, health, timeout } = this.config
    const why = await this.ask({ method: 'GET', url: url + health, timeoutMs: Math.min(timeout, LONGEST_HEALTH_MS), maxBytes: MOST_BYTES }).then(
      ({ status }) => (status >= 200 && status <= 299 ? undefined : { message: `GET ${health} answered ${status}` }),
      (error: unknown) => error as Error,
    )
    if (why === undefined) return
    const said = why.message.replace(`The module \`${this.name}\` `, 'it ').replace(/\.$/, '')
    throw moduleError('MODULE_UNHEALTHY', this.name, `The module \`${this.name}\` is not well: ${said}.`, {
      cause: why,
      fix: 'See to the module, or leave the check out: `"run_options": { "health_check": false }`.',
    })
  }

  async #askMetadata(): Promise<JsonObject | null> {
    const { url, metadata, timeout } = this.config
    const asked = { method: 'GET', url: url + metadata, timeoutMs: Math.min(timeout, LONGEST_METADATA_MS), maxBytes: MOST_BYTES } as const
    const { status, bytes } = await this.ask(asked)
    // It may tell what it was sent.
    const mask = new SecretMask(this.secrets.flatMap((name) => this.#ports.env[name] ?? []))
    const value = status === 200 ? (JSON.parse(mask.bytes(bytes).toString()) as JsonValue) : null
    return isObject(value) ? value : null
  }
}

/** Resolves when all are well. Rejects with the first MODULE_UNHEALTHY, and with `signal.reason` when aborted. */
export async function checkHealth(modules: readonly Module[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([aborted, Promise.all(modules.map(async (module) => module.checkHealth()))])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function variablesOf(headers: ModuleConfig['headers']): string[] {
  const templates = Object.values(headers).flatMap((text) => [...text.matchAll(/\$\{\{.*?\}\}/gs)].map(([template]) => template))
  const names = templates.flatMap((template) => [...template.matchAll(/\benv(?:\.(\w+)|\[\s*["'](\w+)["']\s*\])/g)].map(([, dotted, quoted]) => dotted ?? quoted ?? ''))
  return [...new Set(names)].sort()
}
