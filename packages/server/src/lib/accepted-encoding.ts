/** How else the encodings are called that have two names (RFC 9110, 18.6). */
const NAMES = { gzip: ['gzip', 'x-gzip'], br: ['br'] } as const

/** Whether a client that sends this header takes answers in an encoding (RFC 9110, 12.5.3). */
export function takesEncoding(encoding: keyof typeof NAMES, header = ''): boolean {
  return header.split(',').some((one) => {
    const [name = '', weight] = one.toLowerCase().split(/\s*;\s*q\s*=\s*/)
    return (NAMES[encoding] as readonly string[]).includes(name.trim()) && Number(weight ?? 1) > 0
  })
}
