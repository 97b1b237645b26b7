import { existsSync, readlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunnerError, type ErrorCode } from '../errors.ts'

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const BUSY = 5
const READ_ONLY = 8
const CANNOT_OPEN = 14
const PROTOCOL = 15
/** Extended: others have written since the snapshot that a write was to be based on. */
const BUSY_SNAPSHOT = 517
const PRIMARY: Readonly<Record<number, ErrorCode>> = { 11: 'STORE_CORRUPT', 13: 'STORE_FULL', 26: 'STORE_CORRUPT' }

/** Extended codes of I/O errors: a file that may not grow (quota, file size limit), and one shorter than it says. */
const EXTENDED: Readonly<Record<number, ErrorCode>> = {
  522: 'STORE_CORRUPT',
  778: 'STORE_FULL',
  4874: 'STORE_FULL',
  8458: 'STORE_CORRUPT',
}

const SYSTEM: Readonly<Record<string, ErrorCode>> = { ENOSPC: 'STORE_FULL', EDQUOT: 'STORE_FULL', EFBIG: 'STORE_FULL' }

const FIXES: Readonly<Partial<Record<ErrorCode, string>>> = {
  STORE_FULL: 'Free some space, then resume the run.',
  STORE_CORRUPT: 'Move the damaged file away or restore it from a backup.',
  STORE_UNAVAILABLE: 'Check that the folder exists and may be written.',
}

/** Another process holds the lock that was asked for; asking again later may succeed. */
export function isSqliteBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code !== undefined && ((code & 0xff) === BUSY || (code & 0xff) === PROTOCOL)
}

/** The file, or the folder that a log is to be made in, may not be written. */
export function isReadOnly(error: unknown): boolean {
  const code = sqliteCode(error instanceof RunnerError ? error.cause : error)
  return code !== undefined && ((code & 0xff) === READ_ONLY || (code & 0xff) === CANNOT_OPEN)
}

/** Others have written since the read transaction began that was to be written in: it has to begin anew. */
export function isSnapshotStale(error: unknown): boolean {
  return sqliteCode(error) === BUSY_SNAPSHOT
}

/**
 * Says what went wrong with the store, or another `thing`, at `place` (a file or folder) when it was to `action`
 * ("write", "open").
 */
export function storeError(error: unknown, action: string, place: string, thing = 'store'): RunnerError {
  if (error instanceof RunnerError) return error
  const code = codeOf(error)
  const reason = error instanceof Error ? error.message : String(error)
  const fix = lostLink(error) ?? FIXES[code]
  return new RunnerError(code, `Could not ${action} the ${thing} ${JSON.stringify(place)}: ${reason}`, {
    cause: error,
    ...(fix === undefined ? {} : { fix }),
  })
}

/** A file system says of what lies behind a link to nothing that it is not there, and means what the link leads to. */
function lostLink(error: unknown): string | undefined {
  const { code, path } = error as { code?: unknown; path?: unknown }
  if (code !== 'ENOENT' || typeof path !== 'string') return undefined
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) {
    const target = linkTarget(at)
    if (target !== undefined) return `\`${at}\` is a symlink that leads nowhere: make the folder \`${target}\`, or remove the link.`
  }
  return undefined
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function codeOf(error: unknown): ErrorCode {
  const sqlite = sqliteCode(error)
  if (sqlite !== undefined) return EXTENDED[sqlite] ?? PRIMARY[sqlite & 0xff] ?? 'STORE_UNAVAILABLE'
  const system = error instanceof Error && 'code' in error ? String(error.code) : ''
  return SYSTEM[system] ?? 'STORE_UNAVAILABLE'
}

function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
}
