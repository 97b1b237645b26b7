import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LorcConfig } from './config.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** The file or folder that a kind of store keeps its runs in; by default the kind that the configuration names. */
export function storePlace({ root, config }: LoadedWorkspace, kind: LorcConfig['store'] = config.store): string {
  return kind === 'sqlite' ? join(root, '.lorc', 'lorc.db') : join(root, '.lorc', 'journals')
}

export function hasStore(workspace: LoadedWorkspace, kind?: LorcConfig['store']): boolean {
  return existsSync(storePlace(workspace, kind))
}
