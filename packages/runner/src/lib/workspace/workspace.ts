export { allowedFolders, isInside, resolveInside, resolveScript, type Workspace } from './workspace-path.ts'
export { resolveNodeModule } from './workspace-node.ts'
export { resolvePythonModule } from './workspace-python.ts'
