import { expect, test } from 'vitest'
import type { Check, CheckResult } from './check.ts'
import { runAll } from './schedule.ts'

const check = (name: string, ...needs: string[]): Check => ({ name, command: ['true'], needs })

const follow = async (checks: Check[], limit: number, failing: string[] = []) => {
  const begun: string[] = []
  let atOnce = 0
  let most = 0
  const run = async ({ name }: Check): Promise<CheckResult> => {
    begun.push(name)
    most = Math.max(most, ++atOnce)
    await Promise.resolve()
    atOnce -= 1
    return { name, passed: !failing.includes(name), ms: 1, output: '' }
  }
  const results = await runAll(checks, limit, run, () => undefined)
  return { begun, most, results }
}

test('a check starts after what it needs, no more than the limit at once', async () => {
  const { begun, most, results } = await follow([check('last', 'build'), check('a'), check('b'), check('build')], 2)
  expect(begun.indexOf('build')).toBeLessThan(begun.indexOf('last'))
  expect(most).toBe(2)
  expect(results.every(({ passed }) => passed)).toBe(true)
})

test('what needs a failed check is not run, and counts as failed', async () => {
  const { begun, results } = await follow([check('build'), check('tests', 'build'), check('more', 'tests'), check('lint')], 1, ['build'])
  expect(begun).toEqual(['build', 'lint'])
  expect(results.filter(({ passed }) => !passed).map(({ output }) => output)).toEqual(['', 'not run: build failed', 'not run: tests failed'])
})

test('checks that wait for each other are refused', async () => {
  await expect(follow([check('a', 'b'), check('b', 'a')], 2)).rejects.toThrow('wait for each other')
})
