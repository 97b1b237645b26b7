import type { ServerOptions } from '@lorc/server'
import type { Io } from './io.ts'
import { lazyJobPort } from './job-run/lazy-job-port.ts'
import { discoveryOptions } from './jobs/discovery-options.ts'
import { runnerOptions } from './real-engine.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** What a workspace's configuration says of the service, and how to end what comes with it. `version` is lorc's. */
export function serverOptions(workspace: LoadedWorkspace, env: Io['env'], version: string): { options: ServerOptions; close(): Promise<void> } {
  const { root, config } = workspace
  const { workspace: _, ...runner } = runnerOptions({ workspace, env })
  const jobs = lazyJobPort({ workspace, env })
  const options: ServerOptions = {
    workspace: root,
    store: { kind: config.store, durability: config.durability },
    runner: { ...runner, jobs },
    jobs: discoveryOptions(workspace),
    config: { server: config.server, modules: config.modules },
    version,
  }
  return { options, close: () => jobs.close() }
}
