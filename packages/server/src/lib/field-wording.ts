import type * as z from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const PARTS: Readonly<Record<string, string>> = { string: 'character', array: 'item' }

/** One field that is wrong: where it is, and sentences. */
export interface WordedField {
  path: readonly string[]
  message: string
  fix?: string
}

/** The fields that issues are about; `thing` is what an unknown field is called. The issues were worded by `wordIssue`. */
export function wordedFields(issues: readonly z.core.$ZodIssue[], thing: 'field' | 'setting'): WordedField[] {
  return issues.flatMap((issue) => fieldsOf(issue, thing))
}

function fieldsOf(issue: z.core.$ZodIssue, thing: string): WordedField[] {
  const path = issue.path.map(String)
  // Of several forms, the one that it has: another fails as a whole.
  const form = issue.code === 'invalid_union' ? issue.errors.find((inner) => inner.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys')) : undefined
  if (form) return form.flatMap((inner) => fieldsOf({ ...inner, path: [...issue.path, ...inner.path] }, thing))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: `There is no ${thing} \`${key}\` here.`, fix: 'Leave it out.' }))
  // Of a name that does not fit, the record itself says no more than that.
  const { message } = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue
  return [{ path, message: message.endsWith('.') ? message : `${message}.` }]
}

/** Says of a field what is wrong with it; undefined: as the schema says. */
export function wordIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'It is missing.' : `It must be ${KINDS[issue.expected] ?? issue.expected}.`
    case 'too_small':
      return `It must ${sizeOf(issue.origin, 'at least', issue.minimum)}.`
    case 'too_big':
      return `It must ${sizeOf(issue.origin, 'at most', issue.maximum)}.`
    case 'invalid_value':
      return `It must be ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}.`
    case 'invalid_union':
      return 'It fits none of the forms that it may have.'
    default:
      return undefined
  }
}

function sizeOf(origin: string, bound: string, size: number | bigint): string {
  const part = PARTS[origin]
  return part === undefined ? `be ${bound} ${size}` : `have ${bound} ${size} ${part}${size === 1 ? '' : 's'}`
}
