import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { env, kill } from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { Workbench } from '../node-attempt.fixture.ts'
import { PythonHost } from './python-host.ts'
import type { PythonRequest } from './python-protocol.ts'

it('loses an attempt that it was told of after it had died, and is of no more use', async () => {
  const bench = new Workbench()
  const start = { PATH: env['PATH'] ?? '' }
  const groups = { watch: () => undefined, unwatch: () => undefined }
  const host = new PythonHost({ python: 'python3', folders: [bench.root], env: start, groups, stateDir: join(bench.root, '.lorc') }, '')
  onTestFinished(async () => {
    await host.end(0)
    bench.remove()
  })
  const file = bench.file('m.py', 'import os\nclass Job:\n    def run(self, ctx, params):\n        return {"status": "ok", "outputs": [], "pid": os.getpid()}\n')
  const run = () => {
    const attempt = bench.attempt({ type: 'python', module: 'm', function: 'Job' })
    const request: PythonRequest = {
      module: 'm', file, stamp: '', class: 'Job', params: {}, step: 'load', run: 'run_1', attempt: 1, seed: 7,
      idempotencyKey: attempt.idempotencyKey, env: start, log: attempt.logPath, isolated: false, exclusive: false,
    }
    return host.run(attempt, request)
  }
  const first = await run()
  const pid = (first.kind === 'done' && Number(first.result.returned?.['pid'])) || NaN
  kill(pid, 'SIGKILL')
  while (!execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z'));
  // It has not been heard of yet.
  expect(host.usable).toBe(true)
  expect(await run()).toMatchObject({ kind: 'lost', outcome: { status: 'error', error: { code: 'STEP_EXECUTOR_CRASHED' } } })
  expect(host.usable).toBe(false)
})
