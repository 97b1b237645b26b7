import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { LorcConfig } from './config/config.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** The file or folder that a kind of store keeps its runs in; by default the kind that the configuration names. */
export function storePlace({ stateDir, config }: LoadedWorkspace, kind: LorcConfig['store'] = config.store): string {
  return kind === 'sqlite' ? join(stateDir, 'lorc.db') : join(stateDir, 'journals')
}

/** Also where one might be in a folder that may not be entered: to open it tells. */
export function hasStore(workspace: LoadedWorkspace, kind?: LorcConfig['store']): boolean {
  try {
    return statSync(storePlace(workspace, kind), { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

/** What to say of runs that are kept in a store of the kind that the configuration does not name; undefined: there are none. */
export function otherStoreNote(workspace: LoadedWorkspace): string | undefined {
  const other = workspace.config.store === 'sqlite' ? 'files' : 'sqlite'
  if (!existsSync(storePlace(workspace, other))) return undefined
  const place = relative(workspace.root, storePlace(workspace, other))
  return `${place} holds runs as well, which are not seen with \`store: ${workspace.config.store}\`; \`store: ${other}\` shows them`
}

/** The nearest folder above a workspace without a configuration that has runs: who stands in it may mean that one. */
export function runsAbove({ root, configFile }: LoadedWorkspace): string | undefined {
  if (configFile !== null) return undefined
  for (let folder = root; dirname(folder) !== folder; ) {
    folder = dirname(folder)
    if (['lorc.db', 'journals'].some((name) => existsSync(join(folder, '.lorc', name)))) return folder
  }
  return undefined
}
