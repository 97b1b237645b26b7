import { suggest, type Clock, type JsonObject, type ModuleFinder, type PlanStep } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import { Module } from './module.ts'
import { ModuleClient } from './module-client.ts'
import type { ModuleConfig } from './module-config.ts'

/** The modules that may be called: those of the configuration, and no others. */
export class ModuleRegistry implements ModuleFinder {
  readonly #client: ModuleClient
  readonly #modules: ReadonlyMap<string, Module>

  /** `env`: what headers take their variables from. */
  constructor(configs: Readonly<Record<string, ModuleConfig>>, env: Readonly<Record<string, string | undefined>>, clock: Clock) {
    this.#client = new ModuleClient(clock)
    const ports = { client: this.#client, env, clock }
    this.#modules = new Map(Object.entries(configs).map(([name, config]) => [name, new Module(name, config, ports)]))
  }

  all(): Module[] {
    return [...this.#modules.values()]
  }

  /** Throws ServerError MODULE_UNKNOWN. */
  get(name: string): Module {
    const module = this.#modules.get(name)
    if (module) return module
    throw new ServerError('MODULE_UNKNOWN', `There is no module \`${name}\`.`, { fix: this.#fix(name) })
  }

  /** Throws as `get` does. */
  locate(name: string): { secrets: readonly string[] } {
    return { secrets: this.get(name).secrets }
  }

  /** The versions that the modules which steps call say they have, by their names; of one that says none, nothing. */
  async versions(steps: readonly PlanStep[]): Promise<JsonObject> {
    const names = new Set(steps.flatMap(({ args }) => (args as { module?: string } | undefined)?.module ?? []))
    const said = [...names].map(async (name) => [name, (await this.#modules.get(name)?.metadata())?.['version']] as const)
    return Object.fromEntries((await Promise.all(said)).flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])))
  }

  #fix(name: string): string {
    const near = suggest(name, this.#modules.keys())
    if (near !== undefined) return `Did you mean \`${near}\`?`
    if (this.#modules.size === 0) return 'Name its URL in lorc.config: `modules: { NAME: { url } }`.'
    return `The configuration has ${[...this.#modules.keys()].join(', ')}.`
  }

  close(): void {
    this.#client.close()
  }
}
