import { ERROR_CODES } from '../errors.ts'
import { suggest } from '../suggest.ts'

const SCRIPTLETS: readonly unknown[] = ['node', 'python', 'shell']

/** What to write instead of what `retry.on` names; undefined: it may be what it says. */
export function fixOfRetryCode(code: unknown, type: unknown): string | undefined {
  const text = String(code)
  if (isNumberOf(type, code) || Object.hasOwn(ERROR_CODES, text)) return undefined
  // What calls modules has codes of its own.
  if (type === 'module' && text.startsWith('MODULE_')) return undefined
  const meant = numberMeant(type, text) ?? suggest(text, Object.keys(ERROR_CODES)) ?? (type === 'http' && text.startsWith('HTTP_') ? 'HTTP_STATUS' : undefined)
  if (meant !== undefined) return `did you mean \`${meant}\`?`
  if (text.startsWith('STEP_')) return 'codes that begin with `STEP_` are those of lorc, such as `STEP_TIMEOUT` and `STEP_SUCCESS_UNMET`'
  // Whatever a scriptlet throws may have a code of its own.
  if (typeof code === 'string' && /^[A-Za-z_][\w.-]*$/.test(code)) return undefined
  if (type === 'http') return 'name codes such as `HTTP_UNREACHABLE`, statuses (`503`), or classes of them (`5xx`)'
  return `name codes such as \`STEP_TIMEOUT\`${SCRIPTLETS.includes(type) ? ', or exit codes from 1 to 255' : ''}`
}

/** Whether it is a status of an http step, a class of them, or an exit code of a scriptlet. */
function isNumberOf(type: unknown, code: unknown): boolean {
  if (type === 'http') return typeof code === 'number' ? code >= 100 && code <= 599 : /^[1-5]xx$/.test(String(code))
  return SCRIPTLETS.includes(type) && typeof code === 'number' && code >= 1 && code <= 255
}

/** The number that `"503"`, `HTTP_5XX` or `exit 75` hold. */
function numberMeant(type: unknown, text: string): string | undefined {
  const digits = /^(?:HTTP_|exit )?(\d{1,3}|[1-5]xx)$/i.exec(text)?.[1]?.toLowerCase()
  return digits !== undefined && isNumberOf(type, digits.endsWith('x') ? digits : Number(digits)) ? digits : undefined
}
