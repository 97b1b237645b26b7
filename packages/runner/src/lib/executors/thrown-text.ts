import { inspect } from 'node:util'
import { isOurs } from './our-errors.ts'

/** In a build everything lies in one folder. */
const OWN_FOLDER = new URL(import.meta.url.endsWith('.ts') ? '..' : '.', import.meta.url).href
const FRAME = /^\s*at /

/**
 * What a scriptlet threw, for its log: as Node shows it, but of the stack only what the scriptlet's author wrote or
 * chose. How lorc and Node came to call it says nothing, and would fill what people see of the log's end.
 */
export function thrownText(thrown: unknown): string {
  const shown: string[] = []
  for (const line of inspected(thrown).split('\n')) {
    if (!isForeign(line)) shown.push(line)
    // The error's own fields follow its last frame.
    else if (line.endsWith(' {')) shown.push(`${shown.pop() ?? ''} {`)
  }
  return shown.join('\n')
}

/**
 * What of an error its message, which is recorded, does not tell: of an error of lorc's own, its cause, unless that is one,
 * too, whose message is then a part of it.
 */
export function untold(error: unknown): string | undefined {
  if (!isOurs(error)) return thrownText(error)
  const { cause } = error
  return cause === undefined || isOurs(cause) ? undefined : thrownText(cause)
}

function inspected(thrown: unknown): string {
  try {
    // What the context refuses is recorded with all its fields; only where the scriptlet asked for it is not.
    if (thrown instanceof Error && thrown.name === 'ContextError') return thrown.stack ?? thrown.message
    return inspect(thrown)
  } catch {
    // A getter of it throws, or the trap of a proxy.
    return 'it threw something that cannot be shown'
  }
}

function isForeign(line: string): boolean {
  return FRAME.test(line) && (line.includes(OWN_FOLDER) || line.includes('node:internal/'))
}
