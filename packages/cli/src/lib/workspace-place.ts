import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CliError } from './errors.ts'

const CONFIG_FILES = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((ending) => `lorc.config.${ending}`)

/** Where a workspace is, and its configuration file; null: it has none. Absolute. */
export interface WorkspacePlace {
  root: string
  configFile: string | null
}

/**
 * The nearest folder upward that has a configuration file, else `cwd` itself. Throws CliError CLI_CONFIG_AMBIGUOUS.
 */
export function nearestWorkspace(cwd: string): WorkspacePlace {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const configFile = configIn(folder)
    if (configFile !== null) return { root: folder, configFile }
    if (dirname(folder) === folder) return { root: cwd, configFile: null }
  }
}

/** The folder for what lorc keeps of a workspace; LORC_STATE_DIR is relative to the workspace. */
export function stateFolder(root: string, env: Readonly<Record<string, string | undefined>>): string {
  return resolve(root, env['LORC_STATE_DIR'] || '.lorc')
}

/** The configuration file of a folder. Throws CliError CLI_CONFIG_AMBIGUOUS. */
export function configIn(folder: string): string | null {
  // Looks each name up: on the way there may be folders with more files than one would want to list.
  const [first, second] = CONFIG_FILES.filter((name) => existsSync(join(folder, name)))
  if (first === undefined) return null
  if (second === undefined) return join(folder, first)
  throw new CliError('CLI_CONFIG_AMBIGUOUS', `${folder} has both ${first} and ${second}.`, {
    fix: 'keep one of them.',
  })
}
