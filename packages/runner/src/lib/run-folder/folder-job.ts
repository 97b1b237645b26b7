import type { RunPlaces } from '../attempts/attempt.ts'
import { RunnerError, type ErrorCode } from '../errors.ts'
import { writeRunFolder } from './run-folder.ts'

/** A run folder that is to be written, with all that it is written from, but for the logs. */
export interface FolderJob {
  readonly places: RunPlaces
  readonly folder: string
  /** The run's journal. */
  readonly lines: readonly string[]
  /** Its JSON. */
  readonly plan: string
}

/** What became of one: null, or why it could not be written, as one thread tells it to another. */
export type FolderFate = { code: ErrorCode; message: string; fix: string | undefined } | null

/** Writes it. Rejects as `writeRunFolder` does. */
export function writeFolder({ places, folder, lines, plan }: FolderJob): Promise<string> {
  return writeRunFolder({ plan: () => Promise.resolve(plan), read: () => [lines] }, places, folder, lines)
}

/** Writes one after the other, and tells what became of each. */
export async function folderReply(jobs: readonly FolderJob[]): Promise<FolderFate[]> {
  const fates: FolderFate[] = []
  for (const job of jobs) {
    fates.push(await writeFolder(job).then(() => null, (error: unknown) => {
      const { code, message, fix } = RunnerError.from(error, 'RUN_INTERNAL')
      return { code, message, fix }
    }))
  }
  return fates
}
