import { afterEach, beforeEach, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({
    'big.yaml': 'name: big\nsteps:\n  - { name: sub, type: recipe, recipe: inner.yaml }\n',
    'inner.yaml': 'name: inner\nsteps:\n  - { name: load, type: shell, script: steps/load.sh }\n',
    'steps/load.sh': '#!/bin/sh\necho \'{"status":"ok","outputs":[]}\'\n',
  })
})
afterEach(() => workspace.remove())

const out = async (...words: string[]): Promise<string> => (await workspace.lorc(words)).stdout
const listed = async (...words: string[]): Promise<Record<string, unknown>[]> =>
  JSON.parse(await out('runs', 'list', '--json', ...words)) as Record<string, unknown>[]

it('keeps the runs that a step started apart from those at the top', async () => {
  const { run_id: big } = resultLine(await workspace.lorc(['run', 'big.yaml']))
  expect(await listed()).toMatchObject([{ run_id: big, name: 'big', parent: null }])
  const [child] = await listed('--children')
  expect(child).toMatchObject({ name: 'inner', parent: { run_id: big, step: 'sub' } })
  const short = (id: unknown): string => String(id).slice(-6)
  expect(await out('runs', 'list', '--children')).toMatch(new RegExp(`inner .* step of big \\(${short(big)}\\)\\n`))

  expect(await out('runs', 'show', 'last')).toMatch(new RegExp(`^sub .* run ${short(child?.run_id)}$`, 'm'))
  expect(await out('runs', 'show', String(child?.run_id))).toContain(`started by step sub of big (${String(big)})\n`)
  expect((await workspace.lorc(['runs', 'show', 'last~1'])).stderr).toContain('there is no run `last~1`: 1 are kept')
  expect((await workspace.lorc(['run', 'inner.yaml', '--resume-from', 'load'])).stderr).toContain('RUN_NO_SOURCE')

  expect(await out('stats')).not.toContain('inner')
  expect(await workspace.lorc(['stats', 'inner'])).toMatchObject({ stdout: '', stderr: expect.stringContaining('--children') as string })
  expect(await out('stats', 'inner', '--children')).toContain('inner: 1 run ')
})

it('compares a run with the one of its recipe before it', async () => {
  const first = resultLine(await workspace.lorc(['run', 'big.yaml'])).run_id
  expect((await workspace.lorc(['runs', 'diff', 'last'])).stderr).toContain(`no run of \`big\` before ${String(first)} is kept`)
  await workspace.lorc(['run', 'inner.yaml'])
  const last = resultLine(await workspace.lorc(['run', 'big.yaml'])).run_id
  const { stdout, stderr } = await workspace.lorc(['runs', 'diff', 'last', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ a: first, b: last })
  expect(stderr).toBe(`compared with ${String(first)}, the run of big before it\n`)
})

it('removes a run with those that its steps started', async () => {
  for (let i = 0; i < 3; i++) await workspace.lorc(['run', 'big.yaml'])
  expect(await out('runs', 'prune', '--keep-last', '2', '--recipe', 'big')).toMatch(/^removed 2 runs:/)
  expect((await listed('--children')).map(({ name }) => name)).toEqual(['inner', 'big', 'inner', 'big'])
})

it('says which step a decision is missing, and that no step printed anything', async () => {
  await workspace.write('ask.yaml', 'name: ask\nsteps:\n  - { name: ok, type: approval, message: Publish? }\n')
  const asking = workspace.start(['run', 'ask.yaml'])
  await asking.says('asks       ok: Publish?')
  const undecided = await workspace.lorc(['approve', 'last', '--by', 'ann'])
  expect(undecided).toMatchObject({ exit: 2, stderr: expect.stringContaining('fix: those that wait: ok\n') as string })
  expect((await workspace.lorc(['runs', 'logs', 'last', '--attempt', '9'])).stderr).toBe('no step printed anything on attempt 9\n')
  await workspace.lorc(['approve', 'last', 'ok', '--by', 'ann'])
  expect(await asking.ended).toMatchObject({ exit: 0 })
})

it('lists the approvals that the runs of its steps wait for', async () => {
  await workspace.write('within.yaml', 'steps:\n  - { name: ok, type: approval, message: Publish? }\n')
  await workspace.write('around.yaml', 'steps:\n  - { name: inner, type: recipe, recipe: within.yaml }\n')
  const asking = workspace.start(['run', 'around.yaml'])
  await asking.says('to let ok go on')
  const [waiting] = JSON.parse(await out('approve', 'last', '--json')) as [{ run_id: string; step: string }]
  expect(waiting).toMatchObject({ step: 'ok', message: 'Publish?' })
  expect(await out('approve', 'last')).toContain(`lorc approve ${waiting.run_id} ok --by NAME`)
  await workspace.lorc(['approve', waiting.run_id, 'ok', '--by', 'ann'])
  expect(await asking.ended).toMatchObject({ exit: 0 })
  expect((await workspace.lorc(['approve', 'last'])).stderr).toMatch(/^nothing waits/)
})
