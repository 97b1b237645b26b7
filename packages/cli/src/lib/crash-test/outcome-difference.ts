import type { JsonValue } from '@lorc/runner'
import type { Contents } from './scratch.ts'

/** How a run ended, as far as runs can be compared. */
export interface Outcome {
  status: string
  /** JSON texts of the values, by key; the run's id counts as the same in all runs. */
  context: ReadonlyMap<string, string>
  files: Contents
}

/** `more`: there are more bytes than there were. */
export type Difference =
  | { kind: 'status'; was: string; is: string }
  | { kind: 'key'; key: string; was: JsonValue | null; is: JsonValue | null }
  | { kind: 'file'; path: string; how: 'more' | 'other' | 'missing' | 'extra' }

/** What differs of `is` from `was`, but for what differs between runs that nobody disturbed. */
export function differences(was: Outcome, is: Outcome, unsteady: ReadonlySet<string> = new Set()): Difference[] {
  const found: Difference[] = was.status === is.status ? [] : [{ kind: 'status', was: was.status, is: is.status }]
  for (const key of namesOf(was.context, is.context)) {
    const [before, now] = [was.context.get(key), is.context.get(key)]
    if (before !== now) found.push({ kind: 'key', key, was: parsed(before), is: parsed(now) })
  }
  for (const path of namesOf(was.files, is.files)) {
    const [before, now] = [was.files.get(path), is.files.get(path)]
    if (before?.sha256 === now?.sha256) continue
    const how = before === undefined ? 'extra' : now === undefined ? 'missing' : now.bytes > before.bytes ? 'more' : 'other'
    found.push({ kind: 'file', path, how })
  }
  return found.filter((difference) => !unsteady.has(nameOf(difference)))
}

/** Tells what differs from everything else that may differ. */
export function nameOf(difference: Difference): string {
  if (difference.kind === 'status') return 'status'
  return difference.kind === 'key' ? `key ${difference.key}` : `file ${difference.path}`
}

function namesOf(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort()
}

function parsed(json: string | undefined): JsonValue | null {
  return json === undefined ? null : (JSON.parse(json) as JsonValue)
}
