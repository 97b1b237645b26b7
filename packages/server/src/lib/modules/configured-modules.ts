import { systemClock, type Clock, type ModuleFinder, type StepExecutor } from '@lorc/runner'
import { readServiceConfig } from '../config.ts'
import { createModuleExecutor } from './module-executor.ts'
import { ModuleRegistry } from './module-registry.ts'

export interface ConfiguredModules {
  /** Looks modules up by their names; its errors are ServerError MODULE_UNKNOWN. */
  readonly finder: ModuleFinder
  /** Runs steps of type `module`. */
  readonly executor: StepExecutor
}

/**
 * The modules of a configuration (`modules` of lorc.config), for a program that runs steps without the service. `env` is
 * what their headers take variables from. Throws ServerError SERVER_CONFIG.
 */
export function configuredModules(modules: unknown, env: Readonly<Record<string, string | undefined>>, clock: Clock = systemClock): ConfiguredModules {
  const registry = new ModuleRegistry(readServiceConfig({ modules }).modules, env, clock)
  return { finder: registry, executor: createModuleExecutor(registry) }
}
