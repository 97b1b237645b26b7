/** `340ms`, `2.5s`, `3m 04s`, `2h 05m`, `3d 4h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  const two = (number: number): string => String(number).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** `1.5 KiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10))
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]!}`
}

/** `12,345`. */
export function number(count: number): string {
  return count.toLocaleString('en')
}

/** `1 step`, `1,200 steps`. */
export function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`
}

/** How long ago, in one word or two; what lies ahead (clocks differ) is `just now`. */
export function ago(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000)
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds}s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`
  return `${Math.floor(seconds / 86_400)}d ago`
}

/** How long until then, in a word or two; what lies behind is `now`. */
export function ahead(at: number, now: number): string {
  const seconds = Math.ceil((at - now) / 1000)
  if (seconds <= 0) return 'now'
  if (seconds < 60) return `in ${seconds}s`
  if (seconds < 3600) return `in ${Math.round(seconds / 60)}m`
  if (seconds < 86_400) return `in ${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
  return `in ${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`
}

/** `2026-01-31 08:05:09`, in the reader's own zone if not in `timeZone`. */
export function timestamp(at: number | string, timeZone?: string): string {
  // Swedes write times so.
  return new Date(at).toLocaleString('sv', timeZone === undefined ? undefined : { timeZone })
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[], count = names.length, shown = 5): string {
  const first = names.slice(0, shown)
  const more = count - first.length
  return more > 0 ? `${first.join(', ')} and ${number(more)} more` : first.join(', ')
}
