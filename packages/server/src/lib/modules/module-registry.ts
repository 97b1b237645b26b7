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

  /**
   * What the modules are that steps call, by their names: the versions that they say they have (of one that says none, nothing),
   * and the hashes of what the configuration says of them.
   */
  async versions(steps: readonly PlanStep[]): Promise<{ modules: JsonObject; module_configs: JsonObject }> {
    const names = new Set(steps.flatMap(({ args }) => (args as { module?: string } | undefined)?.module ?? []))
    const called = [...names].flatMap((name) => this.#modules.get(name) ?? [])
    const said = await Promise.all(called.map(async (module) => [module.name, (await module.metadata())?.['version']] as const))
    return {
      modules: Object.fromEntries(said.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]]))),
      module_configs: Object.fromEntries(called.map(({ name, configHash }) => [name, configHash])),
    }
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
