import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { definePlan } from '../plan-builder/define-plan.ts'
import { createRunner } from '../create-runner.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { Workbench } from './node-attempt.fixture.ts'

it('turns an answer into context, and says which expression could not', async () => {
  const bench = new Workbench()
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ rows: [1, 2], url: request.url }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`
  const runner = await createRunner({ workspace: bench.root, store: createMemoryStore() })
  const run = async (set: Record<string, string>) => {
    const http = { method: 'GET', url, set }
    const handle = await runner.start(definePlan({ lorc: 1, name: 'ask', steps: [{ name: 'load', type: 'http', stage: 0, http }] }))
    return handle.result
  }
  try {
    const { status, context } = await run({ 'api.rows_v1': 'response.body.rows', 'api.ok_v1': 'response.status == 200' })
    expect([status, context.get('api.rows_v1'), context.get('api.ok_v1')]).toEqual(['completed', [1, 2], true])
    const failed = await run({ 'api.rows_v1': 'response.body.nothing' })
    const message = expect.stringContaining('`set.api.rows_v1` of the step `load`') as string
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED', message } })
  } finally {
    await runner.close()
    server.close()
    bench.remove()
  }
})
