import type { DiscoverOptions } from '@lorc/jobs-registry'
import type { LoadedWorkspace } from '../workspace.ts'

/** Where the jobs of a workspace are found, as its configuration says. */
export function discoveryOptions({ root, config, configFile, stateDir }: LoadedWorkspace): DiscoverOptions {
  return { root, ...config.jobs, cacheDir: stateDir, optionFiles: configFile === null ? [] : [configFile] }
}
