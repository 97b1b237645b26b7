import { isRecord } from './declaration.ts'
import type { Manifest } from './manifest.ts'

const BY_WORKSPACE = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
const BY_PACKAGE = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/** The packages that a package of the workspace declares. */
export function declaredNames(manifest: Manifest): string[] {
  return namesIn(manifest, BY_WORKSPACE)
}

/** The packages that an installed package brings with it. */
export function broughtNames(manifest: Manifest): string[] {
  return namesIn(manifest, BY_PACKAGE)
}

function namesIn(manifest: Manifest, fields: readonly string[]): string[] {
  return [...new Set(fields.flatMap((field) => (isRecord(manifest[field]) ? Object.keys(manifest[field]) : [])))]
}
