import type { JsonValue } from '../json.ts'

/** A stretch of a text: as it is, or an expression and where it begins in the text. */
export type TemplatePart = { text: string } | { cel: string; at: number }

/** A text taken apart at its `${{ }}`. `unclosedAt`: the last one does not end. */
export interface Template {
  parts: TemplatePart[]
  unclosedAt?: number
}

const OPEN = '${{'

/** Whether a value holds `${{ }}` anywhere: in a text, in a list, in a member of an object. */
export function hasTemplates(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(OPEN)
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) ? value.some(hasTemplates) : Object.values(value).some(hasTemplates)
}

/** A value that stands for itself where `${{ }}` are looked for: a text that somebody gave is data, whatever is in it. */
export function literally<T extends JsonValue>(value: T): T {
  return (hasTemplates(value) ? quoted(value) : value) as T
}

function quoted(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll(OPEN, `${OPEN} "${OPEN}" }}`)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(quoted)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, quoted(member)]))
}

/** Takes a text apart. Strings and braces of an expression do not end it: `${{ {"a": "}}"} }}` is one expression. */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = []
  let from = 0
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, from)) {
    if (open > from) parts.push({ text: text.slice(from, open) })
    const close = closing(text, open + OPEN.length)
    if (close < 0) return { parts, unclosedAt: open }
    const inner = text.slice(open + OPEN.length, close)
    parts.push({ cel: inner.trim(), at: open + OPEN.length + (inner.length - inner.trimStart().length) })
    from = close + 2
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from) })
  return { parts }
}

/** The expression of a field that is one as a whole: it may stand in `${{ }}` all the same, out of habit. */
export function bareCel(text: string): { cel: string; at: number } {
  const { parts, unclosedAt } = hasTemplates(text) ? parseTemplate(text) : { parts: [], unclosedAt: undefined }
  const [only] = parts
  return parts.length === 1 && unclosedAt === undefined && only && 'cel' in only ? only : { cel: text, at: 0 }
}

/** Offset of the `}}` that ends an expression; -1: none does. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === '"' || char === "'") {
      at = endOfString(text, at, /[rR]/.test(text[at - 1] ?? ''))
      if (at < 0) return -1
    } else if (char === '{') depth++
    else if (char === '}') {
      if (depth === 0) return text[at + 1] === '}' ? at : -1
      depth--
    }
  }
  return -1
}

/** Offset of the last quote of a CEL string, triple-quoted and raw ones included; -1: it does not end. */
function endOfString(text: string, start: number, raw: boolean): number {
  const quote = text[start]!
  const end = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  for (let at = start + end.length; at < text.length; at++) {
    if (text[at] === '\\' && !raw) at++
    else if (text.startsWith(end, at)) return at + end.length - 1
  }
  return -1
}
