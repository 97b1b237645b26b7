import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Plan } from '../plan.ts'
import type { Workspace } from '../workspace.ts'
import { compileRecipe, type CompileOptions } from './compile.ts'
import { tooLarge } from './decode.ts'
import { inspectRecipe } from './inspect.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { Finding, Problem } from './problem.ts'
import { RecipeSource } from './source.ts'
import { suggest } from './suggest.ts'
import { quote } from './wording.ts'

export interface LoadedRecipe {
  /** Present exactly when there are no problems. */
  plan?: Plan
  /** In the order of their places. */
  problems: Problem[]
  /** Of the file's bytes, in hex; empty if they could not be read. */
  sha256: string
  /** The file relative to the workspace, with `/` between its parts. */
  path: string
}

/**
 * Reads, compiles and inspects a recipe file. `file` is absolute or relative to the current folder, and is what
 * problems call it. Never rejects: a file that cannot be read is a problem too.
 */
export async function loadRecipe(
  file: string,
  workspace: Workspace,
  options: Omit<CompileOptions, 'file'> = {},
): Promise<LoadedRecipe> {
  const path = relative(workspace.root, resolve(file)).split(sep).join('/')
  const read = await readBounded(file, options.limits?.bytes ?? DEFAULT_LIMITS.bytes)
  if (!(read instanceof Uint8Array)) return { problems: [new RecipeSource(file, '').problem(read)], sha256: '', path }
  const compiled = compileRecipe(read, { ...options, file })
  const problems = [...compiled.problems, ...(await inspectRecipe(compiled, workspace))]
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  const sha256 = createHash('sha256').update(read).digest('hex')
  return { ...(compiled.plan && problems.length === 0 ? { plan: compiled.plan } : {}), problems, sha256, path }
}

async function readBounded(file: string, maxBytes: number): Promise<Uint8Array | Finding> {
  try {
    const handle = await open(file)
    try {
      return await readAll(handle, maxBytes)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return await unreadable(file, error)
  }
}

async function readAll(handle: FileHandle, maxBytes: number): Promise<Uint8Array | Finding> {
  const { size } = await handle.stat()
  if (size > maxBytes) return tooLarge(maxBytes)
  const bytes = new Uint8Array(Math.min(maxBytes, Math.max(size, 4096)) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length)
    length += bytesRead
    if (bytesRead === 0) return bytes.subarray(0, length)
    if (length === bytes.length) return tooLarge(maxBytes)
  }
}

async function unreadable(file: string, error: unknown): Promise<Finding> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const why = WHY[code] ?? `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  const names = code === 'ENOENT' ? await readdir(dirname(resolve(file))).catch(() => []) : []
  const near = suggest(
    basename(file),
    names.filter((name) => /\.ya?ml$/i.test(name)),
  )
  return {
    code: 'RECIPE_UNREADABLE',
    message: `${quote(basename(file))} ${why}`,
    range: [0, 0],
    ...(near === undefined ? {} : { fix: `did you mean ${quote(join(dirname(file), near))}?` }),
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'cannot be read: permission denied',
}
