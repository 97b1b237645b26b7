import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recipeOf, serviceFixture, type Steps } from '../service.fixture.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a', 'b'), 'a.sh': '', 'b.sh': '' }

const setting = (key: string, value: number): Steps[string] => ({ context }) => {
  context.set(key, value)
  return { status: 'ok', outputs: null }
}

async function ran(steps: Steps) {
  const service = await serviceFixture({ files, steps })
  const { run_id: id } = (await service.ask('POST', '/recipes/one/runs')).body as { run_id: string }
  for await (const event of service.server.runner.events(id, { follow: true })) void event
  return { ...service, id }
}

describe('GET /runs/{run_id}/context', () => {
  const steps = { a: setting('sums.total_v1', 1), b: setting('sums.total_v1', 2) }

  it('shows each key with who wrote it', async () => {
    const { ask, id } = await ran(steps)
    const { body } = await ask('GET', `/runs/${id}/context`)
    expect(body).toMatchObject({ run_id: id, keys: { 'sums.total_v1': { value: 2, who: 'b', step: 'b', attempt: 1, at: expect.stringContaining('Z') as unknown } } })
    expect(body).not.toHaveProperty('history')
  })

  it('shows it as it was after an event, and one key with its history', async () => {
    const { ask, id, server } = await ran(steps)
    const completed: number[] = []
    for await (const event of server.runner.events(id)) if (event.type === 'step.completed') completed.push(event.seq)
    expect((await ask('GET', `/runs/${id}/context?at=${completed[0]}`)).body).toMatchObject({ at: completed[0], keys: { 'sums.total_v1': { value: 1, step: 'a' } } })
    expect((await ask('GET', `/runs/${id}/context?at=0`)).body).toMatchObject({ at: 0, keys: {} })
    expect((await ask('GET', `/runs/${id}/context?key=sums.total_v1`)).body).toMatchObject({ history: [{ value: 1 }, { value: 2 }] })
  })

  it('refuses an event or a key that is not there', async () => {
    const { ask, id } = await ran(steps)
    expect(await ask('GET', `/runs/${id}/context?at=999`)).toMatchObject({ status: 400, body: { errors: [{ path: '/query/at', fix: expect.stringContaining('last one is') as unknown }] } })
    expect(await ask('GET', `/runs/${id}/context?key=sums.totl_v1`)).toMatchObject({ status: 400, body: { errors: [{ path: '/query/key', fix: 'Did you mean `sums.total_v1`?' }] } })
    for (const at of ['', 'b', '-1', '1.5']) expect(await ask('GET', `/runs/${id}/context?at=${at}`)).toMatchObject({ status: 400, body: { errors: [{ path: '/query/at' }] } })
    expect((await ask('GET', '/runs/run_x/context')).status).toBe(404)
  })
})

describe('GET /runs/{run_id}/artifacts', () => {
  const text = 'hello, world'
  const steps: Steps = {
    a: ({ artifactsDir, workspace }) => {
      mkdirSync(join(artifactsDir, 'deep'), { recursive: true })
      writeFileSync(join(artifactsDir, 'deep/plot one.txt'), text)
      writeFileSync(join(artifactsDir, 'page.html'), '<script>alert(1)</script>')
      writeFileSync(join(workspace, 'report.md'), '# Report')
      return { status: 'ok', outputs: ['report.md'] }
    },
  }

  it('lists them, and sends each under its name', async () => {
    const { ask, id } = await ran(steps)
    const { items } = (await ask('GET', `/runs/${id}/artifacts`)).body as { items: { name: string; url: string; sha256: string; media_type: string; shown: boolean }[] }
    expect(items.map(({ name, media_type: type, shown }) => [name, type, shown]).sort()).toEqual([
      ['a/deep/plot one.txt', 'text/plain; charset=utf-8', true],
      ['a/page.html', 'application/octet-stream', false],
      ['report.md', 'text/markdown; charset=utf-8', true],
    ])
    const plot = items.find(({ name }) => name.includes('plot'))!
    const answer = await ask('GET', plot.url)
    expect(answer).toMatchObject({ status: 200, text })
    expect(answer.headers).toMatchObject({
      etag: `"${createHash('sha256').update(text).digest('hex')}"`,
      'content-length': String(text.length),
      'content-disposition': "inline; filename*=UTF-8''plot%20one.txt",
      'content-security-policy': expect.stringContaining('sandbox') as unknown,
      'x-content-type-options': 'nosniff',
    })
    const page = await ask('GET', `/runs/${id}/artifacts/a/page.html`)
    expect(page.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-disposition': expect.stringContaining('attachment') as unknown })
    expect((await ask('GET', `/runs/${id}/artifacts/runs/${id}/artifacts/a/page.html`)).status).toBe(200)
  })

  it('sends the part that is asked for, and nothing that is there already', async () => {
    const { ask, id } = await ran(steps)
    const url = `/runs/${id}/artifacts/a/deep/plot%20one.txt`
    const get = (headers: Record<string, string>) => ask('GET', url, undefined, headers)
    const { headers } = await get({})
    const etag = String(headers['etag'])
    expect(await get({ range: 'bytes=0-4' })).toMatchObject({ status: 206, text: 'hello', headers: { 'content-range': 'bytes 0-4/12', 'content-length': '5' } })
    expect(await get({ range: 'bytes=-5' })).toMatchObject({ status: 206, text: 'world' })
    expect(await get({ range: 'bytes=7-' })).toMatchObject({ status: 206, text: 'world' })
    expect(await get({ range: 'bytes=12-' })).toMatchObject({ status: 416, body: { code: 'REQUEST_RANGE' }, headers: { 'content-range': 'bytes */12' } })
    expect(await get({ range: 'bytes=0-4', 'if-range': '"other"' })).toMatchObject({ status: 200, text })
    expect(await get({ range: 'bytes=0-4', 'if-range': etag })).toMatchObject({ status: 206 })
    expect(await ask('HEAD', url, undefined, { range: 'bytes=0-4' })).toMatchObject({ status: 200, headers: { 'content-length': '12' } })
    expect(await get({ 'if-none-match': `"x", ${etag}` })).toMatchObject({ status: 304, text: '' })
    expect(await get({ 'if-none-match': '"x"' })).toMatchObject({ status: 200 })
  })

  it('sends nothing that no step recorded, wherever it lies', async () => {
    const { ask, id, workspace } = await ran(steps)
    writeFileSync(join(workspace, 'secret.txt'), 'secret')
    for (const path of ['secret.txt', '../secret.txt', '..%2Fsecret.txt', '%2e%2e/%2e%2e/secret.txt', '/etc/passwd', '..\\secret.txt', 'a/deep', 'a%00', '.lorc/lorc.db']) {
      const answer = await ask('GET', `/runs/${id}/artifacts/${path}`)
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
      expect(answer.text).not.toContain('secret\n')
      expect(answer.status).toBeLessThan(500)
    }
    expect(await ask('GET', `/runs/${id}/artifacts/reprot.md`)).toMatchObject({ status: 404, body: { code: 'ARTIFACT_UNKNOWN', fix: 'Did you mean `report.md`?' } })
  })

  it('cuts a client that takes nothing of a file for a minute', async () => {
    const { server, id } = await ran({
      a: ({ artifactsDir }) => {
        mkdirSync(artifactsDir, { recursive: true })
        writeFileSync(join(artifactsDir, 'large.bin'), Buffer.alloc(20_000_000))
        return { status: 'ok', outputs: null }
      },
    })
    const { port } = await server.listen({ port: 0 })
    const accepted = once(server.app.server, 'connection')
    const client = connect(port, '127.0.0.1').pause()
    onTestFinished(() => void client.destroy())
    client.write(`GET /runs/${id}/artifacts/a/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    const [held] = (await accepted) as [Socket]
    await expect.poll(() => [held.timeout, held.writableNeedDrain]).toEqual([30_000, true])
    held.emit('timeout')
    await once(held, 'close')
  })

  it('sends no file that is not what was recorded any more', async () => {
    const { ask, id, workspace } = await ran(steps)
    const url = `/runs/${id}/artifacts/report.md`
    expect((await ask('GET', url)).status).toBe(200)
    writeFileSync(join(workspace, 'report.md'), '# Forged')
    expect(await ask('GET', url)).toMatchObject({ status: 410, body: { code: 'ARTIFACT_GONE', detail: expect.stringContaining('changed') as unknown } })
    rmSync(join(workspace, 'report.md'))
    expect((await ask('GET', url)).status).toBe(410)
    symlinkSync('/etc/hostname', join(workspace, 'report.md'))
    expect(await ask('GET', url)).toMatchObject({ status: 410, body: { detail: expect.stringContaining('out of the workspace') as unknown } })
  })
})
