import type { Check, CheckResult } from './check.ts'

/**
 * Runs `checks`, at most `limit` at once, each after what it needs and in the order given otherwise. A check whose need failed
 * is not run and counts as failed. Calls `report` for each as it ends.
 */
export const runAll = async (
  checks: readonly Check[],
  limit: number,
  run: (check: Check) => Promise<CheckResult>,
  report: (result: CheckResult) => void,
): Promise<CheckResult[]> => {
  const results = new Map<string, CheckResult>()
  const running = new Map<string, Promise<void>>()
  const settle = (result: CheckResult): void => {
    running.delete(result.name)
    results.set(result.name, result)
    report(result)
  }
  while (results.size < checks.length) {
    const waiting = checks.filter(({ name }) => !results.has(name) && !running.has(name))
    for (const check of waiting) {
      const needs = (check.needs ?? []).map((need) => results.get(need))
      const failed = needs.find((need) => need?.passed === false)
      if (failed !== undefined) settle({ name: check.name, passed: false, ms: 0, output: `not run: ${failed.name} failed` })
      else if (!needs.includes(undefined) && running.size < limit) running.set(check.name, run(check).then(settle))
    }
    if (running.size > 0) await Promise.race(running.values())
    else if (waiting.every(({ name }) => !results.has(name))) throw new Error('These checks wait for each other, or for unknown ones: ' + waiting.map(({ name }) => name).join(', '))
  }
  return [...results.values()]
}
