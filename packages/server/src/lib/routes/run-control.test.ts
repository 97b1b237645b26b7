import { createMemoryStore, createRunner } from '@lorc/runner'
import { describe, expect, it } from 'vitest'
import { recipeOf, scratch, serviceFixture, type ServiceFixture, type Steps } from '../service.fixture.ts'

const approval = 'name: ask\nsteps:\n  - name: ok\n    type: approval\n    message: Go?\n    approvers: [ann]\n  - name: a\n    type: shell\n    script: a.sh\n'
const files = { 'recipes/one.yaml': recipeOf('first', 'a', 'b'), 'recipes/ask.yaml': approval, 'a.sh': '', 'b.sh': '' }

async function started(recipe: string, steps: Steps = {}) {
  const service = await serviceFixture({ files, steps })
  const { run_id: id } = (await service.ask('POST', `/recipes/${recipe}/runs`)).body as { run_id: string }
  const { runner } = service.server
  const until = async (type: string): Promise<void> => {
    for await (const event of runner.events(id, { follow: true })) if (event.type === type) return
  }
  const audit = async () => {
    const { AuditLog } = await import('../audit/audit-log.ts')
    const log = new AuditLog(`${service.workspace}/.lorc/audit.db`)
    const records = [...log.records()]
    log.close()
    return records
  }
  const post = (what: string, body: object) => service.ask('POST', `/runs/${id}/${what}`, body)
  return { ...service, id, until, audit, post }
}

/** Ends with the attempt. */
const hanging: Steps[string] = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'error', error: { code: 'STEP_CANCELLED', message: 'ended' } })))

describe('steering a run', () => {
  it('tells that it is cancelled while what runs is still being ended', async () => {
    const over = Promise.withResolvers<void>()
    const slow: Steps[string] = async () => {
      await over.promise
      return { status: 'error', error: { code: 'STEP_CANCELLED', message: 'ended' } }
    }
    const { ask, id, until, post } = await started('one', { a: slow })
    await until('step.started')
    const looked = async (): Promise<unknown> => (await ask('GET', `/runs/${id}/insight`)).body
    expect(await looked()).toMatchObject({ status: 'running', cancelling: null })
    await post('cancel', { reason: 'wrong day', by: 'ann' })
    await until('run.cancel_requested')
    expect(await looked()).toMatchObject({ status: 'running', cancelling: { by: 'ann', reason: 'wrong day' } })
    over.resolve()
    await until('run.cancelled')
    expect(await looked()).toMatchObject({ status: 'cancelled', cancelling: null })
  })

  it('cancels it, on record with who, why, before and after', async () => {
    const { post, until, audit, id, ask } = await started('one', { a: hanging })
    await until('step.started')
    expect(await post('cancel', { by: 'ann', reason: 'wrong input' })).toMatchObject({ status: 200, body: { run_id: id, outcome: 'requested' } })
    await until('run.cancelled')
    expect((await post('cancel', { reason: 'again' })).body).toMatchObject({ outcome: 'already_ended' })
    expect(await audit()).toMatchObject([
      { seq: 0, who: 'ann', via: 'http', action: 'run.cancel', target: id, why: 'wrong input', before: { status: 'running' } },
      { seq: 1, of: 0, outcome: 'done', after: { outcome: 'requested' } },
      { seq: 2, who: 'local', before: { status: 'cancelled' } },
      { seq: 3, of: 2, after: { outcome: 'already_ended', status: 'cancelled' } },
    ])
    expect((await ask('GET', `/runs/${id}`)).body).toMatchObject({ status: 'cancelled', error: { code: 'RUN_CANCELLED' } })
  })

  it('runs the same again, on record', async () => {
    const { post, until, audit, id, ask } = await started('one')
    await until('run.completed')
    const { status, headers, body } = await post('rerun', { by: 'ann', reason: 'once more' })
    const { run_id: again } = body as { run_id: string }
    expect([status, headers['location']]).toEqual([202, `/runs/${again}`])
    expect(again).not.toBe(id)
    await expect.poll(async () => ((await ask('GET', `/runs/${again}`)).body as { status: string }).status).toBe('completed')
    expect(await audit()).toMatchObject([{ who: 'ann', action: 'run.rerun', target: id, why: 'once more' }, { of: 0, after: { outcome: 'done', rerun: again } }])
    expect(await ask('POST', '/runs/run_no/rerun', { reason: 'x' })).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN' } })
  })

  it('pauses it and lets it go on', async () => {
    const gate = Promise.withResolvers<void>()
    const { post, until, ask, id, audit } = await started('one', { a: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) })
    await until('step.started')
    expect((await post('pause', { by: 'ann', reason: 'wait' })).status).toBe(200)
    await until('run.paused')
    expect((await ask('GET', `/runs/${id}`)).body).toMatchObject({ status: 'running', paused: { by: 'ann', reason: 'wait' } })
    expect((await ask('GET', '/runs')).body).toMatchObject({ items: [{ paused: { by: 'ann' } }] })
    gate.resolve()
    await post('unpause', { reason: 'go' })
    await until('run.completed')
    expect(await post('pause', { reason: 'late' })).toMatchObject({ status: 409, body: { code: 'RUN_ENDED', run_id: id, fix: expect.stringContaining(`\`POST /runs/${id}/rerun\``) as unknown } })
    expect((await audit()).filter((record) => 'action' in record)).toMatchObject([
      { action: 'run.pause', before: { status: 'running', paused: false } },
      { action: 'run.unpause', before: { status: 'running', paused: true } },
      { action: 'run.pause', before: { status: 'completed', paused: false } },
    ])
  })

  it('decides on the step that waits, by whom the recipe names', async () => {
    const { post, until, ask, id, audit } = await started('ask')
    await until('approval.requested')
    expect((await ask('GET', `/runs/${id}`)).body).toMatchObject({ waiting_for: ['ok'] })
    expect(await post('approve', { by: 'bob', reason: 'fine' })).toMatchObject({ status: 403, body: { code: 'APPROVAL_NOT_ALLOWED' } })
    expect((await post('approve', { by: 'ann', reason: 'fine' })).status).toBe(200)
    await until('run.completed')
    expect(await post('approve', { by: 'ann', reason: 'fine' })).toMatchObject({ status: 400, body: { errors: [{ path: '/body/step' }] } })
    expect(await audit()).toMatchObject([
      { who: 'bob', action: 'run.approve', before: { waiting_for: ['ok'], asked: { step: 'ok', approved: true } } },
      { of: 0, outcome: 'failed', after: { error: 'APPROVAL_NOT_ALLOWED' } },
      { who: 'ann' },
      { of: 2, outcome: 'done' },
    ])
  })

  it('decides in a paused run that nobody drives: the decision counts, and the run goes on once it may', async () => {
    const store = createMemoryStore()
    const workspace = await scratch(files)
    const before = await serviceFixture({ workspace, store })
    const { run_id: id } = (await before.ask('POST', '/recipes/ask/runs')).body as { run_id: string }
    const until = async ({ server }: ServiceFixture, type: string): Promise<void> => {
      for await (const event of server.runner.events(id, { follow: true })) if (event.type === type) return
    }
    await until(before, 'approval.requested')
    await before.ask('POST', `/runs/${id}/pause`, { reason: 'not now' })
    await until(before, 'run.paused')
    await before.server.close()
    const service = await serviceFixture({ workspace, store })
    expect(await service.ask('POST', `/runs/${id}/approve`, { by: 'ann', reason: 'yes' })).toMatchObject({ status: 200, body: { outcome: 'done' } })
    expect((await service.ask('GET', `/runs/${id}`)).body).toMatchObject({ status: 'running', paused: { reason: 'not now' }, waiting_for: [] })
    expect(await service.ask('POST', `/runs/${id}/unpause`, { reason: 'now' })).toMatchObject({ status: 200, body: { outcome: 'done' } })
    await until(service, 'run.completed')
  })

  it('decides in a run that somebody began on the command line and left, and goes on with it', async () => {
    const store = createMemoryStore()
    const workspace = await scratch(files)
    const runner = await createRunner({ workspace, store })
    const { runId } = await runner.start({ lorc: 1, name: 'ask', steps: [{ name: 'ok', type: 'approval', approval: { message: 'Go?' }, stage: 0 }] })
    for await (const event of runner.events(runId, { follow: true })) if (event.type === 'approval.requested') break
    await runner.close()
    const service = await serviceFixture({ workspace, store })
    expect(await service.ask('POST', `/runs/${runId}/approve`, { by: 'ann', reason: 'yes' })).toMatchObject({ status: 200, body: { outcome: 'done' } })
    for await (const event of service.server.runner.events(runId, { follow: true })) if (event.type === 'run.completed') break
    expect((await service.ask('GET', `/runs/${runId}`)).body).toMatchObject({ status: 'completed' })
  })

  it('goes on with a failed run, with repairs', async () => {
    let fails = true
    const { post, until, id, ask } = await started('one', {
      a: () => (fails ? { status: 'error', error: { code: 'STEP_FAILED', message: 'no' } } : { status: 'ok', outputs: null }),
    })
    await until('run.failed')
    fails = false
    expect(await post('resume', { reason: 'mended', set: { 'in.put_v1': 3 } })).toMatchObject({ status: 202, headers: { location: `/runs/${id}` } })
    await until('run.completed')
    expect((await ask('GET', `/runs/${id}/context`)).body).toMatchObject({ keys: { 'in.put_v1': { value: 3, who: 'local' } } })
    expect(await post('resume', { reason: 'once more' })).toMatchObject({ status: 202, body: { status: 'completed' } })
    expect(await post('resume', { reason: 'x', skip: ['nope'] })).toMatchObject({ status: 422 })
  })

  it('refuses what is not there or says no reason', async () => {
    const { post, ask } = await started('one')
    expect(await post('cancel', {})).toMatchObject({ status: 400, body: { errors: [{ path: '/body/reason' }] } })
    expect(await ask('POST', '/runs/run_x/cancel', { reason: 'x' })).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN' } })
  })
})
