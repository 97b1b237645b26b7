const SUFFIX = 6
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'

/** `run_2026-01-09T12-34-56Z_ab12cd`: UTC to the second, then six base-36 digits from `random` (uniform in [0, 1)). */
export function newRunId(now: number, random: () => number): string {
  const at = Math.floor(now / 1000)
  if (at !== second) {
    second = at
    time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
  }
  let suffix = ''
  for (let i = 0; i < SUFFIX; i++) suffix += DIGITS[Math.floor(random() * DIGITS.length)]!
  return `run_${time}Z_${suffix}`
}

/** The second that ids were made in last, and as they spell it: many runs may begin in one. */
let second = NaN
let time = ''
