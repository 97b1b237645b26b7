import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CliError } from './errors.ts'
import type { Io } from './io.ts'

/** Writes what a command made to the file that `--output` names, as `writeNamed` does, else to stdout. */
export async function writeOutput(io: Io, file: string | undefined, content: string): Promise<void> {
  if (file !== undefined) await writeNamed(resolve(io.cwd, file), content, { shown: file })
  else if (!io.stdout.write(content)) await io.stdout.drained()
}

/**
 * Writes a file; folders on the way are made. Errors call it `shown` (default: the path). Throws CliError CLI_OUTPUT_FAILED.
 */
export async function writeNamed(path: string, content: string, { shown = path, ...options }: { shown?: string; flag?: string; mode?: number } = {}): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content, options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('CLI_OUTPUT_FAILED', `\`${shown}\` cannot be written: ${reason}`, { cause: error })
  }
}
