import { loadExpressions, resolveTemplates, type Scope } from '@lorc/runner/expressions'
import { suggest } from '@lorc/runner/recipe'
import type { Clock, JsonObject, JsonValue } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { ModuleClient } from './module-call.ts'
import type { ModuleConfig } from './module-config.ts'
import { ModuleFault } from './module-error.ts'

/** A module of the configuration, with what this process knows of it. */
export interface Module {
  readonly name: string
  readonly config: ModuleConfig
  readonly breaker: CircuitBreaker
  /** Names of the environment variables that its headers hold. */
  readonly secrets: readonly string[]
  /** Monotonic milliseconds of the last health check that went well. */
  healthyAt: number | undefined
  /** Its `GET /metadata`, once it has been asked; null: it has none. */
  metadata: JsonObject | null | undefined
}

/** The modules that may be called: those of the configuration, and no others. */
export class ModuleRegistry {
  readonly client = new ModuleClient()
  readonly clock: Clock
  readonly #modules: ReadonlyMap<string, Module>
  readonly #env: Readonly<Record<string, string | undefined>>

  constructor(configs: Readonly<Record<string, ModuleConfig>>, env: Readonly<Record<string, string | undefined>>, clock: Clock) {
    this.clock = clock
    this.#env = env
    const module = (name: string, config: ModuleConfig): Module => ({ name, config, breaker: new CircuitBreaker(), secrets: variablesOf(config), healthyAt: undefined, metadata: undefined })
    this.#modules = new Map(Object.entries(configs).map(([name, config]) => [name, module(name, config)]))
  }

  all(): Module[] {
    return [...this.#modules.values()]
  }

  /** Throws ServerError MODULE_UNKNOWN. */
  get(name: string): Module {
    const module = this.#modules.get(name)
    if (module) return module
    const near = suggest(name, this.#modules.keys())
    const known = [...this.#modules.keys()].join(', ')
    throw new ServerError('MODULE_UNKNOWN', `There is no module \`${name}\`.`, {
      fix: near === undefined ? (known === '' ? 'Name its URL in lorc.config: `modules: { NAME: { url } }`.' : `The configuration has ${known}.`) : `Did you mean \`${near}\`?`,
    })
  }

  /** The headers of a module with what they take from the environment. Rejects with ModuleFault MODULE_MAPPING. */
  async headersOf({ name, config }: Module): Promise<Record<string, string>> {
    return (await this.map(config.headers, { params: {} }, `\`modules.${name}.headers\``)) as Record<string, string>
  }

  /** A value of the configuration with its `${{ }}` replaced. Rejects with ModuleFault MODULE_MAPPING. */
  async map(value: JsonValue, scope: Pick<Scope, 'params'> & { response?: JsonValue }, where: string): Promise<JsonValue> {
    if (!JSON.stringify(value).includes('${{')) return value
    await loadExpressions({ any: true, matches: true })
    const env = this.#env as Readonly<Record<string, string>>
    try {
      return resolveTemplates(value, { ctx: () => undefined, steps: () => undefined, run: { id: '', name: '', attempt: 1, seed: 0 }, env, ...scope }, where)
    } catch (error) {
      throw new ModuleFault('MODULE_MAPPING', (error as Error).message, {}, { cause: error, fix: `Correct ${where} in lorc.config; a variable has to be in the environment of \`lorc serve\`.` })
    }
  }

  close(): void {
    this.client.close()
  }
}

function variablesOf({ headers }: ModuleConfig): string[] {
  const templates = Object.values(headers).flatMap((text) => [...text.matchAll(/\$\{\{.*?\}\}/gs)].map(([template]) => template))
  const names = templates.flatMap((template) => [...template.matchAll(/\benv(?:\.(\w+)|\[\s*["'](\w+)["']\s*\])/g)].map(([, dotted, quoted]) => dotted ?? quoted ?? ''))
  return [...new Set(names)].sort()
}
