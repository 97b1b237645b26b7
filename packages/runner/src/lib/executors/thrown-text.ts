import { inspect } from 'node:util'

/** In a build everything lies in one folder. */
const OWN_FOLDER = new URL(import.meta.url.endsWith('.ts') ? '..' : '.', import.meta.url).href
const FRAME = /^\s*at /

/**
 * What a scriptlet threw, for its log: as Node shows it, but of the stack only what the scriptlet's author wrote or
 * chose. How lorc and Node came to call it says nothing, and would fill what people see of the log's end.
 */
export function thrownText(thrown: unknown): string {
  const shown: string[] = []
  for (const line of inspect(thrown).split('\n')) {
    if (!isForeign(line)) shown.push(line)
    // The error's own fields follow its last frame.
    else if (line.endsWith(' {')) shown.push(`${shown.pop() ?? ''} {`)
  }
  return shown.join('\n')
}

function isForeign(line: string): boolean {
  return FRAME.test(line) && (line.includes(OWN_FOLDER) || line.includes('node:internal/'))
}
