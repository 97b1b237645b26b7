import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { Bundle, UnpackedFile } from '@lorc/runner/records'
import { CliError } from '../errors.ts'
import { count } from '../render/quantity.ts'

/** Files that a note names. */
const NAMED = 5

/** What there is to say where the code of a bundle's run is not that of the workspace at `root`. */
export async function checkBundledCode(bundle: Bundle, root: string): Promise<string[]> {
  const gone: string[] = []
  const changed: string[] = []
  for (const { path, sha256 } of codeOf(bundle)) {
    const content = await readFile(join(root, path)).catch(() => undefined)
    if (content === undefined) gone.push(path)
    else if (createHash('sha256').update(content).digest('hex') !== sha256) changed.push(path)
  }
  const commit = await commitOf(bundle)
  const then = commit === undefined ? '' : ` (then: commit ${commit.slice(0, 12)})`
  return [
    ...(changed.length > 0 ? [`code that is another here${then}: ${named(changed)}`] : []),
    ...(gone.length > 0 ? [`code that is not here${then}: ${named(gone)}; --into DIR puts the bundle's own into a folder`] : []),
  ]
}

/**
 * Puts the code of a bundle's run into a folder, at the paths that it had in its workspace. Throws CliError
 * CLI_FILE_EXISTS where something is there, CLI_OUTPUT_FAILED.
 */
export async function unpackCode(bundle: Bundle, folder: string, asWritten: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    if ((await readdir(folder)).length > 0) {
      throw new CliError('CLI_FILE_EXISTS', `the folder \`${asWritten}\` of --into is not empty.`, { fix: 'name a new one.' })
    }
    for (const { path, place } of codeOf(bundle)) {
      const target = resolve(folder, path)
      if (!target.startsWith(folder + sep)) continue
      await mkdir(dirname(target), { recursive: true })
      await copyFile(place, target)
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('CLI_OUTPUT_FAILED', `the code cannot be put into \`${asWritten}\`: ${reason}`, { cause: error })
  }
}

/** Of the run and of those of its steps. */
function codeOf({ files }: Bundle): UnpackedFile[] {
  return files.filter(({ role }) => role === 'code')
}

async function commitOf(bundle: Bundle): Promise<string | undefined> {
  const { readRunRecord } = await import('@lorc/runner/records')
  return (await readRunRecord(bundle, bundle.runId)).git['commit']
}

function named(paths: readonly string[]): string {
  const more = paths.length - NAMED
  return `${paths.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${count(more, 'more file')}` : ''}`
}
