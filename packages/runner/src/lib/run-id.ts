const SUFFIX = 6
const BASE = 36

/** `run_2026-01-09T12-34-56Z_ab12cd`: UTC to the second, then six base-36 digits from `random` (uniform in [0, 1)). */
export function newRunId(now: number, random: () => number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
  let suffix = ''
  while (suffix.length < SUFFIX) suffix += Math.floor(random() * BASE).toString(BASE)
  return `run_${time}Z_${suffix}`
}
