import { parseKey } from '@lorc/context'
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { describeFile, filesBelow } from './artifact.ts'
import type { LiveAttempt } from './attempt.ts'
import { mapBounded } from '../bounded.ts'
import { RunnerError } from '../errors.ts'
import type { Artifact } from '../events.ts'
import { isInside, resolveInside, type Workspace } from '../workspace/workspace.ts'

/** Files that are hashed at once: a process may have no more than so many open. */
const WIDTH = 16

/**
 * The files that an attempt puts out: those that it names, and all that it left in its folder. Rejects with STEP_OUTPUT_UNKNOWN
 * for a name that is not a file's, with STEP_OUTPUT_UNREADABLE for what cannot be read: it would be lost without a word.
 */
export async function findArtifacts(attempt: LiveAttempt, named: readonly string[], workspace: Workspace): Promise<Artifact[]> {
  const folder = attempt.knownArtifactsDir
  const left = new Set(folder ? await filesBelow(folder).catch(unreadable) : [])
  const files = new Set<string>()
  for (const name of named) files.add(await locate(attempt, name, workspace, left))
  for (const file of left) files.add(file)
  return mapBounded([...files], WIDTH, (file) => describeFile(workspace.root, file)).catch(unreadable)
}

function unreadable(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause)
  throw new RunnerError('STEP_OUTPUT_UNREADABLE', `What the step put out cannot be read: ${why}.`, {
    fix: 'Leave files and folders that the user who runs lorc may read.',
    cause,
  })
}

/** `left`: what is in the attempt's folder. */
async function locate(attempt: LiveAttempt, name: string, workspace: Workspace, left: ReadonlySet<string>): Promise<string> {
  try {
    // Of an absolute path only the file counts: it may come to the workspace by another way than its root does.
    const path = await resolveInside(workspace, isAbsolute(name) ? relative(workspace.root, await realpath(name)) : name)
    if (!(await stat(path)).isFile()) throw new Error(`${path} is a folder, or nothing that could be read to an end`)
    return path
  } catch (error) {
    const folder = attempt.knownArtifactsDir
    // By its path in the workspace as well: `runs` may be a link to another disk.
    const own = folder ? [resolve(folder, name), resolve(workspace.root, name)].filter((file) => isInside(folder, file)) : []
    const file = own.find((path) => left.has(path))
    if (file !== undefined) return file
    throw new RunnerError(
      'STEP_OUTPUT_UNKNOWN',
      `The output "${name}" is neither a key that it set nor a file inside the workspace.`,
      { fix: howToPutOut(attempt, name), cause: error, details: { output: name } },
    )
  }
}

function howToPutOut(attempt: LiveAttempt, name: string): string {
  if (isKey(name)) return `Set ${name} before the step ends. ${whatItSet(attempt)}`
  return 'Name a file by its path in the workspace or among the artifacts, and write it before the step ends.'
}

function isKey(name: string): boolean {
  try {
    parseKey(name)
    return true
  } catch {
    return false
  }
}

/** For people: the keys that an attempt wrote. */
export function whatItSet(attempt: LiveAttempt): string {
  const set = Object.keys(attempt.own.writes())
  return set.length > 0 ? `It set ${set.join(', ')}.` : 'It set no key.'
}
