import { expect, it } from 'vitest'
import { serviceFixture } from './service.fixture.ts'

it('says of each field what it has to be, and of several forms what is wrong with the one that was meant', async () => {
  const { ask } = await serviceFixture()
  const errorsOf = async (method: 'GET' | 'POST', path: string, body?: unknown) => ((await ask(method, path, body)).body as { errors: object[] }).errors
  const run_options = { seed: -1, save_artifacts: 'yes', parallel: 1 }
  expect(await errorsOf('POST', '/plan_and_execute', { modules: [{ modul: 'm' }, 5], inputs: [], run_options })).toEqual([
    { path: '/body/scenario_id', message: 'It is missing.' },
    { path: '/body/modules/0/module', message: 'It is missing.' },
    { path: '/body/modules/0/modul', message: 'There is no field `modul` here.', fix: 'Leave it out.' },
    { path: '/body/modules/1', message: 'It fits none of the forms that it may have.' },
    { path: '/body/inputs', message: 'It must be an object.' },
    { path: '/body/run_options/seed', message: 'It must be at least 0.' },
    { path: '/body/run_options/save_artifacts', message: 'It must be `true` or `false`.' },
    { path: '/body/run_options/parallel', message: 'It must be `true` or `false`.' },
  ])
  expect(await errorsOf('POST', '/plan_and_execute', { scenario_id: '', modules: [] })).toEqual([
    { path: '/body/scenario_id', message: 'It must have at least 1 character.' },
    { path: '/body/modules', message: 'It must have at least 1 item.' },
  ])
  expect(await errorsOf('GET', '/runs?status=nope&limit=many&from=yesterday')).toEqual([
    { path: '/query/status', message: 'It must be `running` or `completed` or `failed` or `cancelled`.' },
    { path: '/query/from', message: 'It must be a time, like `2026-01-31` or `2026-01-31T08:00:00Z`.' },
    { path: '/query/limit', message: 'It must be a number.' },
  ])
})
