import { readFile, realpath } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolveExports } from '../../workspace/package-exports.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { firstOwn, isOwn, type CodeLanguage, type CodeUse } from './language.ts'

const SOURCE = /\.[cm]?[jt]sx?$/
/** Without one of these words a source imports nothing, and the lexer need not be loaded. */
const MAY_IMPORT = /\bimport\b|\brequire\b|\bfrom\b/
const REQUIRE = /\brequire\s*\(\s*(["'`])([^"'`$]+)\1\s*\)/g
const PACKAGE = /^(@[^/]+\/)?[^/]+/
const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'] as const

/** JavaScript and TypeScript: imports, re-exports, `import('...')` and `require('...')`; `import type` counts for nothing. */
export const nodeLanguage: CodeLanguage = {
  async requests(source, file) {
    if (!SOURCE.test(file) || !MAY_IMPORT.test(source)) return []
    const required = [...source.matchAll(REQUIRE)].map((match) => match[2]!)
    return [...new Set([...required, ...(await imported(source, file))])].filter((specifier) => !isBuiltin(specifier))
  },

  async resolve(specifier, file, workspace) {
    const path = pathOf(specifier, file)
    if (path !== undefined) return own(workspace, path)
    return specifier.startsWith('#') ? internal(specifier, file, workspace) : packaged(specifier, file, workspace)
  },
}

async function imported(source: string, file: string): Promise<string[]> {
  const { init, parse } = await import('es-module-lexer')
  await init()
  try {
    const [imports] = parse(source, file)
    return imports.filter((item) => item.type === 'dynamic' || !item.typeOnly).flatMap(({ specifier }) => specifier ?? [])
  } catch {
    return []
  }
}

function pathOf(specifier: string, file: string): string | undefined {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier)
  if (!/^\.{0,2}\//.test(specifier) && specifier !== '.' && specifier !== '..') return undefined
  return resolve(dirname(file), specifier.replace(/[?#].*$/, ''))
}

/** As Node resolves an import or a require(); a superset of either. */
async function own(workspace: Workspace, path: string): Promise<CodeUse[]> {
  const named = ['', ...EXTENSIONS].map((extension) => path + extension)
  const index = EXTENSIONS.map((extension) => join(path, `index${extension}`))
  const file = await firstOwn(workspace, [...named, ...index])
  return file === undefined ? [] : [{ file }]
}

/** `#name`, as the `imports` of the nearest package.json say. */
async function internal(specifier: string, file: string, workspace: Workspace): Promise<CodeUse[]> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = await manifestOf(folder)
    if (manifest) {
      const table = Object.entries(manifest['imports'] ?? {}).map(([name, target]) => [`./${name}`, target] as const)
      const target = resolveExports(Object.fromEntries(table), `./${specifier}`)
      return target === undefined ? [] : own(workspace, join(folder, target))
    }
    if (dirname(folder) === folder) return []
  }
}

/** An installed package is known by its version; one that is linked from the workspace itself, by its files. */
async function packaged(specifier: string, file: string, workspace: Workspace): Promise<CodeUse[]> {
  const name = PACKAGE.exec(specifier)?.[0] ?? specifier
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const installed = await realpath(join(folder, 'node_modules', name)).catch(() => undefined)
    const manifest = installed === undefined ? undefined : await manifestOf(installed)
    if (installed !== undefined && manifest) {
      if (!isOwn(workspace, installed)) return [{ package: name, version: String(manifest['version']) }]
      return own(workspace, join(installed, entryOf(manifest, `.${specifier.slice(name.length)}`)))
    }
    if (dirname(folder) === folder) return []
  }
}

function entryOf(manifest: Record<string, unknown>, subpath: string): string {
  if ('exports' in manifest) return resolveExports(manifest['exports'], subpath) ?? 'package.json'
  if (subpath !== '.') return subpath
  return typeof manifest['main'] === 'string' ? manifest['main'] : 'index'
}

/** The package that a file belongs to: the nearest package.json with a name. */
export async function packageOf(file: string): Promise<CodeUse | undefined> {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = await manifestOf(folder)
    if (typeof manifest?.['name'] === 'string') return { package: manifest['name'], version: String(manifest['version']) }
  }
  return undefined
}

async function manifestOf(folder: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
