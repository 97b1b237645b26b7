const PLAIN_NAME = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u
const LONGEST_NAME = 80

/** Whether a field's name reads as a name in code, and not as data (a date, a number, a sentence). */
export function isIdentifier(name: string): boolean {
  return PLAIN_NAME.test(name)
}

/** One step into a value: `.rows`, `[3]`, `["max temp"]`. */
function pathPart(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`
  return isIdentifier(part) && part.length <= LONGEST_NAME ? `.${part}` : `[${quote(part)}]`
}

/** A place in a value, from its root: `$.rows[3].date`. */
export function formatPath(parts: Iterable<string | number>): string {
  let path = '$'
  for (const part of parts) path += pathPart(part)
  return path
}

/** A value of any kind for a message: scalars as they are, everything else by its type. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'array' : typeof value
}

/** A text as a JSON string for a message, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text)
}
