import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

/** Says that it has begun, and ends when it is told to. */
const PATIENT = `
export default async (ctx, params, step) => {
  await new Promise((resolve, reject) => {
    const alive = setInterval(() => undefined, 1000)
    const end = () => { clearInterval(alive); reject(new Error('aborted')) }
    if (step.signal.aborted) end()
    step.signal.addEventListener('abort', end)
  })
}
`
/** Minds neither SIGTERM nor SIGINT. */
const STUBBORN = `#!/bin/sh
trap '' TERM INT
sleep 60 &
wait
sleep 60
`

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.make({
    'patient.ts': PATIENT,
    'stubborn.sh': STUBBORN,
    'quick.ts': 'export default () => undefined\n',
    'patient.yaml':
      'steps:\n  - { name: quick, type: node, module: quick.ts, function: default }\n  - { name: patient, type: ' +
        'node, module: patient.ts, function: default }\n  - { name: never, type: node, module: quick.ts, function: ' +
        'default }\n',
    'stubborn.yaml': 'steps:\n  - { name: stubborn, type: shell, script: stubborn.sh }\n',
  })
})
afterAll(() => workspace.remove())

describe('an interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s cancels the run, records it and ends with %i', async (signal, exit) => {
    const started = workspace.start(['run', 'patient.yaml'])
    await started.says('started    patient')
    started.kill(signal)
    const ended = await started.ended
    const line = resultLine(ended)
    expect([ended.exit, line]).toEqual([
      exit,
      {
        status: 'error',
        reason: `the run was interrupted by ${signal}.`,
        exit_code: exit,
        step: null,
        run_id: expect.any(String) as string,
      },
    ])
    expect(ended.stderr).toContain(`to go on from there: lorc resume ${String(line['run_id'])}\n`)
    const shown = JSON.parse(
      (await workspace.lorc(['runs', 'show', String(line['run_id']), '--json'])).stdout,
    ) as object
    expect(shown).toMatchObject({
      status: 'cancelled',
      abandoned: false,
      steps: [{ status: 'completed' }, { status: 'cancelled' }, { status: 'blocked' }],
    })
  })

  it('that comes twice kills what is in flight', async () => {
    const started = workspace.start(['run', 'stubborn.yaml'])
    await started.says('started    stubborn')
    started.kill('SIGINT')
    await started.says('once more to kill')
    started.kill('SIGINT')
    const ended = await started.ended
    expect([ended.exit, resultLine(ended)]).toMatchObject([130, { exit_code: 130 }])
  })
})

it('a run that was killed is seen to be abandoned, and resume finishes it', async () => {
  const started = workspace.start(['run', 'patient.yaml'])
  await started.says('started    patient')
  started.kill('SIGKILL')
  expect((await started.ended).signal).toBe('SIGKILL')
  const { stdout } = await workspace.lorc(['runs', 'show', 'last'])
  expect(stdout).toContain('running, but nobody drives it')
  expect((await workspace.lorc(['runs', 'list', '-n', '1'])).stdout).toMatch(/patient +abandoned/)
  await workspace.write('patient.ts', 'export default () => undefined\n')
  const resumed = await workspace.lorc(['resume', 'last'])
  expect([resumed.exit, resultLine(resumed)]).toMatchObject([0, { status: 'ok' }])
  expect(resumed.stderr).not.toContain('quick')
  await workspace.write('patient.ts', PATIENT)
})

it('a run is cancelled from another process, and held against a second driver', async () => {
  const started = workspace.start(['run', 'patient.yaml'])
  await started.says('started    patient')
  const held = await workspace.lorc(['resume', 'last'])
  expect([held.exit, held.stderr]).toEqual([1, expect.stringContaining('error[RUN_HELD]') as string])
  expect(await workspace.lorc(['cancel', 'last', '--by', 'me', '--reason', 'enough'])).toMatchObject({ exit: 0 })
  const ended = await started.ended
  expect([ended.exit, resultLine(ended)]).toMatchObject([
    1,
    { status: 'error', reason: expect.stringContaining('enough') as string, exit_code: 1 },
  ])
})
