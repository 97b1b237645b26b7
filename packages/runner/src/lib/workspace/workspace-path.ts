import { realpathSync, statSync } from 'node:fs'
import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RunnerError } from '../errors.ts'
import type { JobFinder } from '../job-port.ts'
import type { ModuleFinder } from '../module-port.ts'
import { nearFile } from './near-file.ts'
import { otherSpelling } from './path-spelling.ts'

/**
 * Where code and files may come from: the workspace and the allowlist, after symlinks. Everything here only reads the
 * file system.
 */
export interface Workspace {
  /** Absolute. */
  root: string
  /** Absolute folders, or package names, that modules may come from as well. */
  allow: readonly string[]
  /** Finds the jobs that installed packages declare; without it, none can be looked up. */
  jobs?: JobFinder | undefined
  /** Finds the services that steps of type `module` call; without it, none can be looked up. */
  modules?: ModuleFinder | undefined
}

/** The folders of the allowlist (its other entries are package names). */
export function allowedFolders(workspace: Workspace): string[] {
  return workspace.allow.filter((entry) => isAbsolute(entry))
}

/** Whether `path` is `folder` or lies in it. Both absolute; purely lexical. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/**
 * The real path of a file or folder that a recipe names relative to the workspace. Its real path may lie in the
 * workspace or in an allowlisted folder. The spelling must be the one on disk, so that a recipe that works on a
 * file system that ignores case works on every other.
 *
 * Throws RunnerError PATH_OUTSIDE_WORKSPACE (absolute, `..`, a symlink that leaves, also where what it leads to is not
 * there), FILE_MISSING.
 */
export function resolveInside(workspace: Workspace, path: string): Promise<string> {
  return resolveUnder(workspace, workspace.root, path)
}

/**
 * The real path of a script: a file of the workspace, else of the first allowlisted folder that has it. Throws as
 * `resolveInside` does.
 */
export async function resolveScript(workspace: Workspace, path: string): Promise<string> {
  const found = await firstFile(workspace, [path])
  if (found !== undefined) return found
  await resolveInside(workspace, path)
  throw new RunnerError('FILE_MISSING', `\`${path}\` is not a file.`, { details: { path } })
}

/**
 * The first of the relative `paths` that is a regular file: all of them in the workspace, then all of them in each
 * allowlisted folder. Throws PATH_OUTSIDE_WORKSPACE; undefined when there is none.
 */
export async function firstFile(workspace: Workspace, paths: readonly string[]): Promise<string | undefined> {
  for (const folder of [workspace.root, ...allowedFolders(workspace)]) {
    for (const path of paths) {
      if (!isFile(workspace, folder, path)) continue
      return await resolveUnder(workspace, folder, path)
    }
  }
  return undefined
}

// What nearly always succeeds is asked at once: the threads that files are asked in take longer to be waited for.

function isFile(workspace: Workspace, folder: string, path: string): boolean {
  const file = lexical(workspace, folder, path)
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false
  }
}

/** Joins without leaving `folder`. */
function lexical(workspace: Workspace, folder: string, path: string): string {
  if (isAbsolute(path)) throw outside(workspace, path, 'it is absolute')
  const joined = resolve(folder, path)
  if (!isInside(resolve(folder), joined)) throw outside(workspace, path, '`..` leads out of it')
  return joined
}

async function resolveUnder(workspace: Workspace, folder: string, path: string): Promise<string> {
  const joined = lexical(workspace, folder, path)
  let real: string
  try {
    real = realpathSync.native(joined)
  } catch (cause) {
    requireHome(workspace, path, await wouldBe(joined))
    throw await missing(folder, path, joined, cause)
  }
  const misspelt = await otherSpelling(folder, relative(resolve(folder), joined), real, readdir)
  if (misspelt !== undefined) {
    throw new RunnerError('FILE_MISSING', `\`${path}\` does not exist: on disk it is spelt \`${misspelt}\`.`, {
      fix: `Write \`${misspelt}\`: other file systems tell upper from lower case.`,
      details: { path },
    })
  }
  requireHome(workspace, path, real)
  return real
}

/** Throws PATH_OUTSIDE_WORKSPACE unless `real` lies in the workspace or in an allowlisted folder. */
function requireHome(workspace: Workspace, path: string, real: string): void {
  for (const home of [workspace.root, ...allowedFolders(workspace)]) if (isInside(realHome(home), real)) return
  throw outside(workspace, path, `a symlink leads to \`${real}\``)
}

/** One that is not there has nothing in it. */
function realHome(home: string): string {
  try {
    return realpathSync.native(home)
  } catch {
    return home
  }
}

/** The real path that a file would have which is not there: what writing to it would make. */
async function wouldBe(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const loops = (error as NodeJS.ErrnoException).code === 'ELOOP'
    const target = loops ? undefined : await readlink(path).catch(() => undefined)
    if (target !== undefined) return await wouldBe(resolve(dirname(path), target))
    return join(await wouldBe(dirname(path)), basename(path))
  }
}

function outside(workspace: Workspace, path: string, why: string): RunnerError {
  return new RunnerError('PATH_OUTSIDE_WORKSPACE', `\`${path}\` is outside the workspace ${workspace.root}: ${why}.`, {
    fix: 'Use a path relative to the workspace, or name the folder under `allow` in the configuration.',
    details: { path },
  })
}

async function missing(folder: string, path: string, joined: string, cause: unknown): Promise<RunnerError> {
  const link = await lstat(joined).catch(() => undefined)
  if (link?.isSymbolicLink() === true) {
    const message = `\`${path}\` is a symlink that leads nowhere.`
    return new RunnerError('FILE_MISSING', message, { cause, details: { path } })
  }
  const near = await nearFile(joined)
  return new RunnerError('FILE_MISSING', `\`${path}\` does not exist in ${folder}.`, {
    ...(near === undefined ? {} : { fix: `Did you mean \`${join(dirname(path), near)}\`?` }),
    cause,
    details: { path },
  })
}
