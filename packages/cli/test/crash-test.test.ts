import { readdir } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

const STEPS = `import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
export const safe = (ctx) => { writeFileSync('safe.txt', 'x'); ctx.set('a.safe_v1', 1) }
export const log = (ctx) => {
  appendFileSync('log.txt', 'line\\n')
  ctx.set('a.lines_v1', readFileSync('log.txt', 'utf8').length)
  ctx.set('a.chance_v1', Math.random())
}
export const fragile = () => {
  if (existsSync('begun')) throw new Error('it had begun before')
  writeFileSync('begun', '')
}
export const broken = () => { throw new Error('always') }
`
const recipe = (name: string): string => `name: r\nsteps:\n  - { name: ${name}, type: node, module: s.mjs, function: ${name} }\n`

let workspace: Workspace
afterEach(() => workspace.remove())

/** Events: run.created, driver.started, step.started, step.completed, run.completed. */
const crash = async (name: string, ...words: string[]) => {
  workspace = await Workspace.make({ 's.mjs': STEPS, 'r.yaml': recipe(name) })
  return await workspace.lorc(['crash-test', 'r.yaml', ...words])
}

describe('crash-test', () => {
  it('tells which step repeats what it does, by files and by the context, and leaves the workspace alone', async () => {
    const { exit, stdout, stderr } = await crash('log', '--at', '3')
    expect(stdout).toContain('log\n  key a.lines_v1 is 10 instead of 5\n    killed before event 3\n')
    expect(stdout).toContain('  file log.txt holds more: something was added twice\n')
    expect(stdout).toContain('Not compared, since it differs between runs that nobody kills: key a.chance_v1.\n')
    expect(stdout).toContain('2 runs killed and resumed, at 5 events of the journal: 1 ended otherwise\n')
    expect([exit, stderr]).toEqual([1, '2 places to kill it at\n'])
    expect((await readdir(workspace.folder)).filter((name) => name.includes('.txt') || name === 'runs')).toEqual([])
  })

  it('finds nothing in a step that may run again', async () => {
    const { exit, stdout } = await crash('safe', '--at', '4', '--json')
    expect([exit, JSON.parse(stdout)]).toEqual([0, { events: 5, killed: 1, crashes: [], unsteady: [] }])
  })

  it('tells of a run that does not complete once it was killed', async () => {
    const { exit, stdout } = await crash('fragile', '--at', '3', '--json')
    expect(exit).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      crashes: [{ seq: 3, when: 'before', again: ['fragile'], differences: [{ kind: 'status', was: 'completed', is: 'failed' }] }],
    })
  })

  it('refuses a recipe that fails by itself, and a place that is not there', async () => {
    const failing = await crash('broken')
    expect([failing.exit, failing.stderr]).toEqual([1, expect.stringContaining('error[CLI_CRASH_TEST_FAILED]: the run failed before')])
    await workspace.remove()
    const beyond = await crash('safe', '--at', '5')
    expect([beyond.exit, beyond.stderr]).toEqual([2, expect.stringContaining('--at 5: the journal of a run has events 0 to 4.')])
  })
})
