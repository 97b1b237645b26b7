import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CliError } from './errors.ts'
import type { Io } from './io.ts'

/**
 * Writes what a command made to the file that `--output` names (folders on the way are made), else to stdout. Throws
 * CliError CLI_OUTPUT_FAILED.
 */
export async function writeOutput(io: Io, file: string | undefined, content: string): Promise<void> {
  if (file === undefined) {
    if (!io.stdout.write(content)) await io.stdout.drained()
    return
  }
  const path = resolve(io.cwd, file)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('CLI_OUTPUT_FAILED', `\`${file}\` cannot be written: ${reason}`, { cause: error })
  }
}
