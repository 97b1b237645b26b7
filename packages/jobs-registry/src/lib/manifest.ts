import { readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { isRecord } from './declaration.ts'
import { RegistryError } from './errors.ts'

/** A package.json, as far as it says who a package is and what it needs. */
export type Manifest = Record<string, unknown>

/** Where the package.json of a folder is. `folder` is normal as it is: thousands of these are asked for. */
export function manifestPath(folder: string): string {
  return `${folder}${sep}package.json`
}

/**
 * The package.json in `folder`; undefined where there is none. Throws RegistryError REGISTRY_MANIFEST_INVALID for one that
 * cannot be read or is not a JSON object.
 */
export function readManifest(folder: string): Manifest | undefined {
  const text = readText(manifestPath(folder))
  return text === undefined ? undefined : parseManifest(text, folder)
}

const BYTE_ORDER_MARK = 0xfeff

/** Throws RegistryError REGISTRY_MANIFEST_INVALID. */
export function parseManifest(text: string, folder: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch (cause) {
    throw invalid(folder, `is not JSON: ${messageOf(cause)}`, cause)
  }
  if (isRecord(value)) return value
  throw invalid(folder, 'holds no JSON object')
}

/** The text of a file; undefined where there is none. Throws RegistryError REGISTRY_MANIFEST_INVALID. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new RegistryError('REGISTRY_MANIFEST_INVALID', `${file} cannot be read: ${messageOf(cause)}.`, { cause })
  }
}

function invalid(folder: string, what: string, cause?: unknown): RegistryError {
  return new RegistryError('REGISTRY_MANIFEST_INVALID', `${manifestPath(folder)} ${what}.`, { cause })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
