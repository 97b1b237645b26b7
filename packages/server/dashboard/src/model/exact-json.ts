/** A value of JSON. Throws where it is none, and where one of its whole numbers would become another one: those above 2^53 may. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, /\d{16}/.test(text) ? exact : undefined)
}

/** Older browsers tell no source. */
function exact(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value)) throw new RangeError(source)
  return value
}
