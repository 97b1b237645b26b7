/** Characters of a secret, at least: shorter ones cannot be told from ordinary text, and are not masked. */
export const SHORTEST = 4
/** A line of a longer secret (a key file) that is told on its own. */
const SHORTEST_LINE = 8
/** Of what base64 makes of a secret within a longer text: fewer characters are too often found by chance. */
const SHORTEST_CORE = 6

/** A secret as it is and as JSON, base64 or a URL writes it, and the same of each of its lines. */
export function formsOf(value: string): string[] {
  if (value.length < SHORTEST) return []
  const lines = value.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE)
  return [value, ...lines].flatMap((text) => [text, ...jsonTexts(text), ...base64(text), ...inUrls(text)])
}

/** As it stands between the quotes of a JSON text; some writers (Python's) keep that to ASCII. */
function jsonTexts(text: string): string[] {
  const written = JSON.stringify(text).slice(1, -1)
  return [written, written.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)]
}

/** Without the padding, which a longer text has elsewhere; and within a longer text, such as the `user:password` of a request. */
function base64(text: string): string[] {
  const bytes = Buffer.from(text)
  const cores = [0, 1, 2].map((before) => base64Core(bytes, before)).filter((core) => core.length >= SHORTEST_CORE)
  return [bytes.toString('base64').replace(/=+$/, ''), ...cores].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

/** The characters that hold nothing of the `before` bytes (modulo 3) before it, and nothing of what comes after it. */
function base64Core(bytes: Buffer, before: number): string {
  const whole = Math.floor(((before + bytes.length) * 8) / 6)
  return Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').slice(Math.ceil((before * 8) / 6), whole)
}

/** Writers of URLs differ in what they leave as it is, in how they write a space, and in the case of what they escape. */
function inUrls(text: string): string[] {
  const component = encodeURIComponent(text)
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams([['', text]]).toString().slice(1)
  const escaped = [component, strict, strict.replaceAll('%2F', '/'), strict.replaceAll('%20', '+'), form, encodeURI(text), parsed('http://h/', text), parsed('http://h/?', text)]
  // The parser resolves `..`: what it leaves of that is not a form of the secret.
  const whole = escaped.filter((one) => one.length >= text.length)
  return whole.flatMap((one) => [one, one.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())])
}

/** What the parser of URLs makes of it, where it stands in one. */
function parsed(before: string, text: string): string {
  return new URL(`${before}${text}.`).href.slice(before.length, -1)
}
