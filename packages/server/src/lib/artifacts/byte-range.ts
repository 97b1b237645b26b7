/** Bytes `from` to `to`, both included. */
export interface ByteRange {
  from: number
  to: number
}

/**
 * What a `Range` header (RFC 9110) asks for of so many bytes. Undefined: all of it, also where the header is of a form, or
 * asks for several ranges, that need not be heeded. `unsatisfiable`: it begins behind the end.
 */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') return suffix(Number(last), bytes)
  const from = Number(first)
  if (last !== '' && Number(last) < from) return undefined
  if (from >= bytes) return 'unsatisfiable'
  return { from, to: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) }
}

function suffix(length: number, bytes: number): ByteRange | 'unsatisfiable' {
  return length === 0 || bytes === 0 ? 'unsatisfiable' : { from: Math.max(0, bytes - length), to: bytes - 1 }
}
