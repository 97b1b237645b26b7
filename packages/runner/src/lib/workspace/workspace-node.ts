import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RunnerError } from '../errors.ts'
import { nearFile } from './near-file.ts'
import { resolveExports } from './package-exports.ts'
import { firstFile, isInside, type Workspace } from './workspace-path.ts'

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.cjs'] as const
const PACKAGE = /^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(\/|$)/i
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/**
 * The real path of a Node module: a file of the workspace (or of an allowlisted folder), with or without `./` and with
 * or without its extension (.ts, .mts, .js, .mjs, .cjs); else a package or a package's subpath, if the workspace's
 * package.json declares the package or the allowlist names it. A file comes before a package of the same name.
 *
 * Throws RunnerError MODULE_MISSING, MODULE_NOT_ALLOWED (an undeclared package), PATH_OUTSIDE_WORKSPACE.
 */
export async function resolveNodeModule(workspace: Workspace, spec: string): Promise<string> {
  const file = await firstFile(workspace, withExtensions(spec))
  if (file !== undefined) return file
  const name = spec.startsWith('.') ? undefined : PACKAGE.exec(spec)?.[0].replace(/\/$/, '')
  if (name === undefined) throw missing(spec, `is not in ${workspace.root}`, await meant(workspace.root, spec))
  if (!workspace.allow.includes(name) && !(await declares(workspace.root, name))) {
    const folder = await installed(workspace.root, name)
    if (folder === undefined) throw missing(spec, `is neither a file nor a declared dependency of ${workspace.root}`, await meant(workspace.root, spec))
    throw new RunnerError('MODULE_NOT_ALLOWED', `The workspace does not depend on the installed package \`${name}\`.`, {
      fix: `Add \`${name}\` to the dependencies in ${join(workspace.root, 'package.json')}.`,
      details: { module: spec, package: name },
    })
  }
  return await resolveInPackage(workspace.root, spec, name)
}

async function meant(root: string, spec: string): Promise<string | undefined> {
  const near = await nearFile(join(root, spec), (name) => EXTENSIONS.some((extension) => name.endsWith(extension)))
  return near === undefined ? undefined : `Did you mean \`${join(dirname(spec), near)}\`?`
}

function withExtensions(spec: string): string[] {
  return [spec, ...EXTENSIONS.map((extension) => spec + extension)]
}

async function declares(root: string, name: string): Promise<boolean> {
  const manifest = await readManifest(root)
  return DEPENDENCIES.some((field) => {
    const table = manifest[field]
    return typeof table === 'object' && table !== null && Object.hasOwn(table, name)
  })
}

async function resolveInPackage(root: string, spec: string, name: string): Promise<string> {
  const folder = await installed(root, name)
  if (folder === undefined) {
    throw missing(spec, `is a package that is not installed`, `Install the dependencies of ${root}.`)
  }
  const manifest = await readManifest(folder)
  const subpath = `.${spec.slice(name.length)}`
  const candidates = 'exports' in manifest ? exported(manifest.exports, subpath) : legacy(manifest.main, subpath)
  for (const candidate of candidates) {
    const file = await realpath(join(folder, candidate)).catch(() => undefined)
    if (file === undefined || !(await stat(file)).isFile()) continue
    if (isInside(folder, file)) return file
    const message = `The module \`${spec}\` is a symlink that leads out of its package, to ${file}.`
    throw new RunnerError('PATH_OUTSIDE_WORKSPACE', message, { details: { module: spec, package: name } })
  }
  throw missing(spec, `is not exported by the package \`${name}\``)
}

function exported(exports: unknown, subpath: string): string[] {
  const target = resolveExports(exports, subpath)
  return target === undefined ? [] : [target]
}

/** Packages without `exports`: `main` as require() finds it, or any file. */
function legacy(main: unknown, subpath: string): string[] {
  if (subpath !== '.') return withExtensions(subpath)
  const entry = typeof main === 'string' ? main : 'index.js'
  return [...withExtensions(entry), join(entry, 'index.js'), 'index.js']
}

/** The real folder of an installed package, looked for as Node does: in `node_modules` of each folder upward. */
async function installed(root: string, name: string): Promise<string | undefined> {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = await realpath(join(folder, 'node_modules', name)).catch(() => undefined)
    if (found !== undefined) return found
    if (dirname(folder) === folder) return undefined
  }
}

async function readManifest(folder: string): Promise<Record<string, unknown>> {
  const path = join(folder, 'package.json')
  const text = await readFile(path, 'utf8').catch(() => '{}')
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch (cause) {
    throw new RunnerError('MODULE_MISSING', `${path} is not valid JSON, so its dependencies are unknown.`, { cause })
  }
}

function missing(spec: string, why: string, fix?: string): RunnerError {
  return new RunnerError('MODULE_MISSING', `The module \`${spec}\` ${why}.`, {
    ...(fix === undefined ? {} : { fix }),
    details: { module: spec },
  })
}
