import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DEFAULT_CONFIG, type LorcConfig } from './config.ts'
import { CliError } from './errors.ts'

const CONFIG_FILES = ['lorc.config.ts', 'lorc.config.json', 'lorc.config.yaml'] as const

/** The folder that recipes' paths are relative to, and how lorc is to work there. */
export interface LoadedWorkspace {
  /** Absolute. */
  root: string
  /** Absolute path of the configuration file; null: the defaults apply. */
  configFile: string | null
  config: LorcConfig
}

/**
 * The workspace is `chosen` (relative to `cwd`), else the nearest folder upward that has a configuration file, else
 * `cwd`. Throws CliError CLI_WORKSPACE_MISSING and CLI_CONFIG_*.
 */
export async function loadWorkspace(cwd: string, chosen: string | undefined): Promise<LoadedWorkspace> {
  const { root, configFile } = chosen === undefined ? nearest(cwd) : await named(resolve(cwd, chosen), chosen)
  if (configFile === null) return { root, configFile, config: DEFAULT_CONFIG }
  const { readConfig } = await import('./config-file.ts')
  return { root, configFile, config: await readConfig(configFile, root) }
}

interface Place {
  root: string
  configFile: string | null
}

async function named(root: string, asWritten: string): Promise<Place> {
  const found = await stat(root).catch(() => undefined)
  if (found?.isDirectory() === true) return { root, configFile: configIn(root) }
  const what = found === undefined ? 'does not exist' : 'is not a folder'
  throw new CliError('CLI_WORKSPACE_MISSING', `the workspace \`${asWritten}\` ${what}.`, {
    fix: 'give --workspace a folder, or leave it out to use the current one.',
  })
}

function nearest(cwd: string): Place {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const configFile = configIn(folder)
    if (configFile !== null) return { root: folder, configFile }
    if (dirname(folder) === folder) return { root: cwd, configFile: null }
  }
}

// Looks each name up: on the way there may be folders with more files than one would want to list.
function configIn(folder: string): string | null {
  const [first, second] = CONFIG_FILES.filter((name) => existsSync(join(folder, name)))
  if (first === undefined) return null
  if (second === undefined) return join(folder, first)
  throw new CliError('CLI_CONFIG_AMBIGUOUS', `${folder} has both ${first} and ${second}.`, {
    fix: 'keep one of them.',
  })
}
