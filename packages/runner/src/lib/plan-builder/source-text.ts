import type { JsonValue } from '../json.ts'

const WIDTH = 110

/** A JSON value as a TypeScript literal: on one line if it fits in what is left of it, `indent` spaces in. */
export function literal(value: JsonValue, indent: number, used = indent): string {
  const flat = oneLine(value)
  if (flat.length + used <= WIDTH || typeof value !== 'object' || value === null) return flat
  const pad = ' '.repeat(indent + 2)
  const inner = Array.isArray(value)
    ? value.map((item) => `${pad}${literal(item, indent + 2)},\n`)
    : Object.entries(value).map(([name, member]) => `${pad}${key(name)}: ${literal(member, indent + 2, indent + key(name).length + 4)},\n`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${inner.join('')}${' '.repeat(indent)}${close}`
}

function oneLine(value: JsonValue): string {
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  const members = Object.entries(value).map(([name, member]) => `${key(name)}: ${oneLine(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** A text in single quotes. */
export function text(value: string): string {
  const inner = JSON.stringify(value).slice(1, -1)
  return `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function key(name: string): string {
  // As it stands, this one would set the prototype.
  if (name === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name)
}
