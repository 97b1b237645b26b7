const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * What TIMESTAMP takes for an instant, in the form in which the tables have it (`2026-01-31T12:00:00.000Z`):
 * `2026-01-31`, `2026-01-31 12:00:00`, `2026-01-31T12:00:00.123456+01:00`; UTC where nothing is said, digits beyond
 * milliseconds dropped. Undefined for anything else.
 */
export function instantOf(text: string): string | undefined {
  const [, date, time = '00:00:00', fraction = '.0', zone = 'Z'] = INSTANT.exec(text) ?? []
  if (date === undefined || dateOf(date) === undefined) return undefined
  const [, sign, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  const offset = hours === undefined ? 'Z' : `${sign ?? '+'}${hours}:${minutes}`
  const at = new Date(`${date}T${time}${fraction.slice(0, 4).padEnd(4, '0')}${offset}`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

/** A date of the calendar as it is written (`2026-01-31`); undefined for anything else. */
export function dateOf(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined
}
