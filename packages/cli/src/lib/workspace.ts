import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DEFAULT_CONFIG, type LorcConfig } from './config/config.ts'
import { CliError } from './errors.ts'
import type { Io } from './io.ts'
import { configIn, nearestWorkspace, stateFolder, type WorkspacePlace } from './workspace-place.ts'

/** The folder that recipes' paths are relative to, and how lorc is to work there. */
export interface LoadedWorkspace {
  /** Absolute. */
  root: string
  /** Absolute path of the configuration file; null: the defaults apply. */
  configFile: string | null
  /** Absolute path of the folder for what lorc keeps: `.lorc` of the workspace, unless LORC_STATE_DIR names another one. */
  stateDir: string
  config: LorcConfig
}

/**
 * The workspace is `chosen` (relative to `cwd`), else the nearest folder upward that has a configuration file, else
 * `cwd`. Throws CliError CLI_WORKSPACE_MISSING and CLI_CONFIG_*.
 */
export async function loadWorkspace(cwd: string, chosen: string | undefined, env: Io['env']): Promise<LoadedWorkspace> {
  const { root, configFile } = chosen === undefined ? nearestWorkspace(cwd) : await named(resolve(cwd, chosen), chosen)
  const stateDir = stateFolder(root, env)
  if (configFile === null) return { root, configFile, stateDir, config: DEFAULT_CONFIG }
  const { readConfig } = await import('./config/config-file.ts')
  return { root, configFile, stateDir, config: await readConfig(configFile, root) }
}

async function named(root: string, asWritten: string): Promise<WorkspacePlace> {
  const found = await stat(root).catch(() => undefined)
  if (found?.isDirectory() === true) return { root, configFile: configIn(root) }
  const what = found === undefined ? 'does not exist' : 'is not a folder'
  throw new CliError('CLI_WORKSPACE_MISSING', `the workspace \`${asWritten}\` ${what}.`, {
    fix: 'give --workspace a folder, or leave it out to use the current one.',
  })
}
