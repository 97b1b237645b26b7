import { EventError, type ErrorCode } from '../errors.ts'

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const PRIMARY: Readonly<Record<number, ErrorCode>> = {
  5: 'EVENTS_STORE_LOCKED',
  11: 'EVENTS_STORE_CORRUPT',
  13: 'EVENTS_STORE_FULL',
  15: 'EVENTS_STORE_LOCKED',
  26: 'EVENTS_STORE_CORRUPT',
}

/** Extended codes of I/O errors: a file that may not grow (quota, file size limit), and one shorter than it says. */
const EXTENDED: Readonly<Record<number, ErrorCode>> = {
  522: 'EVENTS_STORE_CORRUPT',
  778: 'EVENTS_STORE_FULL',
  4874: 'EVENTS_STORE_FULL',
  8458: 'EVENTS_STORE_CORRUPT',
}

const SYSTEM: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'EVENTS_STORE_FULL',
  EDQUOT: 'EVENTS_STORE_FULL',
  EFBIG: 'EVENTS_STORE_FULL',
}

const FIXES: Readonly<Partial<Record<ErrorCode, string>>> = {
  EVENTS_STORE_FULL: 'Free some space, then run the job again: what it emitted is not emitted twice.',
  EVENTS_STORE_CORRUPT: 'Move the damaged file away or restore it from a backup.',
  EVENTS_STORE_LOCKED: 'Look for a stopped or hanging process that uses this database.',
  EVENTS_STORE_UNAVAILABLE: 'Check that the folder exists and may be written.',
}

/** Says what went wrong with the local database when it was to `action` ("write", "open"). */
export function storeProblem(error: unknown, action: string, file: string): EventError {
  if (error instanceof EventError) return error
  const code = codeOf(error)
  const reason = error instanceof Error ? error.message : String(error)
  const fix = FIXES[code]
  return new EventError(code, `Could not ${action} the events database ${JSON.stringify(file)}: ${reason}.`, {
    cause: error,
    ...(fix !== undefined && { fix }),
  })
}

function codeOf(error: unknown): ErrorCode {
  const sqlite = error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined
  if (sqlite !== undefined) return EXTENDED[sqlite] ?? PRIMARY[sqlite & 0xff] ?? 'EVENTS_STORE_UNAVAILABLE'
  const system = error instanceof Error && 'code' in error ? String(error.code) : ''
  return SYSTEM[system] ?? 'EVENTS_STORE_UNAVAILABLE'
}
