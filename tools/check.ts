// Runs every check and says what became of it: `npm test`, `npm test -- lint types` for some of them.
import { runCheck, type CheckResult } from './check/check.ts'
import { checks } from './check/checks.ts'
import { runAll } from './check/schedule.ts'

const root = new URL('..', import.meta.url).pathname
const wanted = process.argv.slice(2)
const unknown = wanted.filter((word) => !checks.some(({ name }) => name.includes(word)))
if (unknown.length > 0) {
  console.error(`No check is named like ${unknown.join(', ')}. Known:\n${checks.map(({ name }) => `  ${name}`).join('\n')}`)
  process.exit(2)
}
const picked = new Set(checks.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word))))
for (const check of picked) for (const need of check.needs ?? []) for (const other of checks) if (other.name === need) picked.add(other)

const report = ({ name, passed, ms, output }: CheckResult): void => {
  console.log(`${passed ? '✓' : '✗'} ${name} ${(ms / 1000).toFixed(1)} s`)
  for (const note of new Set(output.match(/^note: .*$/gm))) console.log(`    ${note}`)
  if (!passed) console.log(`${output.trimEnd().replace(/^/gm, '    ')}\n`)
}

const env = { ...process.env, NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
// Two at once on any machine: the test runner leaves one core of two, and takes what more there are itself.
const results = await runAll(checks.filter((check) => picked.has(check)), 2, (check) => runCheck(check, root, env), report)
const failed = results.filter(({ passed }) => !passed)
if (failed.length > 0) console.log(`failed: ${failed.map(({ name }) => name).join(', ')}`)
console.log(`${results.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
