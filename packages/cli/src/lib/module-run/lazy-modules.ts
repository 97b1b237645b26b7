import type { ModuleFinder, StepExecutor } from '@lorc/runner'
import type { Io } from '../io.ts'
import type { LoadedWorkspace } from '../workspace.ts'

type Modules = ReturnType<typeof load>

/** What runs steps of type `module`, loaded when the first of them does; none where the configuration has no modules. */
export function lazyModuleExecutors({ workspace, env }: { workspace: LoadedWorkspace; env: Io['env'] }): StepExecutor[] {
  if (Object.keys(workspace.config.modules).length === 0) return []
  let loading: Modules | undefined
  const loaded = async (): Promise<StepExecutor> => (await (loading ??= load(workspace, env))).executor
  const executor: StepExecutor = {
    types: ['module'],
    execute: async (attempt) => (await loaded()).execute(attempt),
    versions: async (steps) => (await (await loaded()).versions?.(steps)) ?? {},
    close: async () => await (await loading)?.executor.close(),
  }
  return [executor]
}

/** Finds modules by their names; what does is loaded when it is first asked. */
export function lazyModuleFinder(workspace: LoadedWorkspace): ModuleFinder {
  let loading: Modules | undefined
  return { locate: async (name) => (await (loading ??= load(workspace, {}))).finder.locate(name) }
}

async function load({ config }: LoadedWorkspace, env: Io['env']) {
  const { configuredModules } = await import('@lorc/server/modules')
  return configuredModules(config.modules, env)
}
