import { beforeEach, expect, it } from 'vitest'
import { RunnerError } from '../errors.ts'
import { LogPaths } from './log-paths.ts'
import type { Plan } from '../plan.ts'
import { RunWorld } from '../run-world.fixture.ts'

const plan: Plan = { lorc: 1, name: 'p', steps: ['load', 'each'].map((name, stage) => ({ name, type: 'x', stage })) }

let read: string[]
let broken: boolean
let paths: LogPaths
beforeEach(() => {
  read = []
  broken = false
  const planOf = async (runId: string): Promise<Plan> => {
    read.push(runId)
    if (broken) throw new RunnerError('RUN_UNKNOWN', 'no such run')
    return plan
  }
  paths = new LogPaths(planOf, (runId) => ({ runId, workspace: '/w', logs: `/w/logs/${runId}`, artifacts: '/w/a' }))
})

it('reads a plan once for many paths, and again for another run', async () => {
  const [load, item] = await Promise.all([paths.of('run_a', 'load', 1), paths.of('run_a', 'each[3]', 2)])
  expect([load, item]).toEqual([expect.stringMatching(/^\/w\/logs\/run_a\/.*load/), expect.stringContaining('each')])
  expect(await paths.of('run_a', 'each', 1)).not.toBe(item)
  expect(read).toEqual(['run_a'])
  await paths.of('run_b', 'load', 1)
  expect(read).toEqual(['run_a', 'run_b'])
})

it('refuses a step that the plan does not have', async () => {
  await expect(paths.of('run_a', 'laod', 1)).rejects.toMatchObject({ code: 'RUN_STEP_UNKNOWN' })
  await expect(paths.of('run_a', 'laod[1]', 1)).rejects.toMatchObject({ code: 'RUN_STEP_UNKNOWN' })
})

it('asks again after a plan could not be read', async () => {
  broken = true
  await expect(paths.of('run_a', 'load', 1)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  broken = false
  await expect(paths.of('run_a', 'load', 1)).resolves.toContain('run_a')
})

it('refuses such a step also of a run that goes on, and of one that is over', async () => {
  const world = new RunWorld()
  const runner = await world.runner()
  const run = await runner.start({ lorc: 1, name: 'p', steps: [{ name: 'load', type: 'scripted', stage: 0 }] })
  await run.result
  for (const handle of [run, await runner.resume(run.runId)]) {
    expect(handle.logPath('load', 1)).toBe(await runner.logPath(run.runId, 'load', 1))
    for (const step of ['laod', 'laod[1]']) expect(() => handle.logPath(step, 1)).toThrow('names the step "laod", which p does not have')
  }
  await runner.close()
  world.remove()
})
