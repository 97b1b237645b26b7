import type { ServerOptions } from '@lorc/server'
import type { Io } from './io.ts'
import { runnerOptions } from './real-engine.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** What a workspace's configuration says of the service. `version` is lorc's. */
export function serverOptions(workspace: LoadedWorkspace, env: Io['env'], version: string): ServerOptions {
  const { root, config } = workspace
  const { workspace: _, ...runner } = runnerOptions({ workspace, env })
  return {
    workspace: root,
    store: { kind: config.store, durability: config.durability },
    runner,
    config: { server: config.server, modules: config.modules },
    version,
  }
}
