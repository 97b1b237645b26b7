import type { JsonValue } from '../../json.ts'
import { hasTemplates, parseTemplate } from '../../expressions/template.ts'

/** The expression whose value is a JSON value, in which texts may hold `${{ }}`. */
export function celOf(value: JsonValue): string {
  if (typeof value === 'string') return hasTemplates(value) ? celOfTemplate(value) : quoted(value)
  if (typeof value !== 'object' || value === null) return celOfScalar(value)
  if (Array.isArray(value)) return `[${value.map(celOf).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, member]) => `${quoted(key)}: ${celOf(member)}`)
    .join(', ')}}`
}

function celOfScalar(value: number | boolean | null): string {
  // CEL has no `1e21`, and takes `1e-7` as it is.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return `double("${value}")`
  return String(value)
}

function celOfTemplate(text: string): string {
  const { parts } = parseTemplate(text)
  const [first] = parts
  if (parts.length === 1 && first && 'cel' in first) return `(${first.cel})`
  return parts.map((part) => ('cel' in part ? `string(${part.cel})` : quoted(part.text))).join(' + ')
}

/** JSON's escapes are CEL's, but for `\/`, which JSON.stringify does not write. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
