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
