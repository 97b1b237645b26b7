/** Commands of two words. */
const GROUPS: ReadonlySet<string> = new Set(['audit', 'config', 'events', 'jobs', 'keys', 'runs', 'schedules'])

const NAME = /^[a-z][a-z-]{0,20}$/

/**
 * What code these words will call, as a part of a file's name: most often the command. Words that differ may well have the
 * same, which costs some of them a little time.
 */
export function codeUse([first = '', second = '', third = '-']: readonly string[]): string {
  if (!NAME.test(first)) return 'other'
  if (first === 'run') return third.startsWith('-') ? 'run' : 'run-job'
  return GROUPS.has(first) && NAME.test(second) ? `${first}-${second}` : first
}
