/** Why a value is not JSON, and where: `$.rows[3].date` holds a Date. Undefined: it is JSON. */
export function jsonFault(value: unknown): string | undefined {
  return fault(value, '$', new Set())
}

function fault(value: unknown, path: string, within: Set<object>): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`
  if (typeof value !== 'object') return `${path} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`
  if (within.has(value)) return `${path} contains itself`
  if (!Array.isArray(value) && !isPlain(value)) return `${path} is ${nameOf(value)}`
  within.add(value)
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  for (const [key, member] of members) {
    const found = fault(member, typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`, within)
    if (found !== undefined) return found
  }
  within.delete(value)
  return undefined
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } }
  const name = typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'object'
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}
