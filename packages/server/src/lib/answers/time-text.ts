const DAY_MS = 86_400_000

/** The UTC day of the last time that was worded, and its date: times of one answer mostly share it, and `Date` takes ten times as long. */
let lastDay = NaN
let date = ''

/** RFC 3339 of Unix milliseconds. Throws RangeError for what is no time. */
export function timeText(unixMs: number): string {
  const ms = Math.trunc(unixMs)
  const day = Math.floor(ms / DAY_MS)
  if (day !== lastDay) {
    date = new Date(ms).toISOString().slice(0, -'hh:mm:ss.mmmZ'.length)
    lastDay = day
  }
  const inDay = ms - day * DAY_MS
  const seconds = Math.floor(inDay / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${date}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${three(inDay % 1000)}Z`
}

export function timeOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : timeText(unixMs)
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}

function three(number: number): string {
  return number < 100 ? `0${two(number)}` : String(number)
}
