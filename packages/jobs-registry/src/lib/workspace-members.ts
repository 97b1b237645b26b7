import { join } from 'node:path'
import { isRecord } from './declaration.ts'
import { RegistryError } from './errors.ts'
import { foldersOf } from './folder-patterns.ts'
import { type Manifest, readText } from './manifest.ts'
import type { WatchedPaths } from './watched-paths.ts'

const PNPM_FILE = 'pnpm-workspace.yaml'

/**
 * The folders that may hold members of the workspace at `root`: by `workspaces` of its package.json (npm, yarn), and by
 * `packages` of its pnpm-workspace.yaml. Throws RegistryError REGISTRY_WORKSPACE_INVALID.
 */
export async function memberFolders(root: string, manifest: Manifest, watched: WatchedPaths): Promise<string[]> {
  const patterns = [...fromManifest(manifest), ...(await fromPnpm(root, watched))]
  return foldersOf(patterns, root, watched).filter((folder) => folder !== root)
}

function fromManifest({ workspaces }: Manifest): string[] {
  return texts(isRecord(workspaces) ? workspaces['packages'] : workspaces)
}

async function fromPnpm(root: string, watched: WatchedPaths): Promise<string[]> {
  const file = join(root, PNPM_FILE)
  watched.add(file)
  const text = readText(file)
  if (text === undefined) return []
  const { parse } = await import('yaml')
  try {
    const parsed: unknown = parse(text)
    return isRecord(parsed) ? texts(parsed['packages']) : []
  } catch (cause) {
    throw new RegistryError('REGISTRY_WORKSPACE_INVALID', `${file} cannot be parsed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
