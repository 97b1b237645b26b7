import type { JsonValue } from '@lorc/runner'
import type { Difference, NamedDifference } from '@lorc/runner/records'
import { count } from './quantity.ts'
import type { Style } from './style.ts'
import { displayWidth, oneLine, padEnd, truncate } from './text.ts'

/** Lines of one section. */
export const DIFFERENCES_SHOWN = 12

/** A line that says how many there are, and one for each of the first. */
export function differenceSection(name: string, differences: readonly NamedDifference[], style: Style, cut: (line: string) => string): string[] {
  const title = padEnd(name, 12)
  if (differences.length === 0) return [style.dim(`${title}  same`)]
  const shown = differences.slice(0, DIFFERENCES_SHOWN)
  const width = Math.min(40, Math.max(...shown.map((found) => displayWidth(found.name))))
  const rows = shown.map((found) => cut(`  ${padEnd(truncate(found.name, width), width)}  ${change(found)}`))
  const more = differences.length - shown.length
  return [`${title}  ${count(differences.length, 'difference')}`, ...rows, ...(more > 0 ? [style.dim(`  and ${more} more; --json has all`)] : [])]
}

export function differenceSentence(found: NamedDifference): string {
  return `${found.name} ${change(found)}`
}

function change({ path, a, b }: Difference): string {
  const place = path === '$' ? '' : `${path}: `
  if (a === undefined) return `${place}only in B: ${short(b)}`
  if (b === undefined) return `${place}only in A: ${short(a)}`
  return `${place}${short(a)} → ${short(b)}`
}

const VALUE_MAX = 40

function short(value: JsonValue | undefined): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value.slice(0, 12)
  return truncate(oneLine(JSON.stringify(value) ?? 'nothing'), VALUE_MAX)
}
