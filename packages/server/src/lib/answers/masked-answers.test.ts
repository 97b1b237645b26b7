import { join } from 'node:path'
import { createMemoryStore } from '@lorc/runner'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AuditLog } from '../audit/audit-log.ts'
import { moduleService } from '../modules/module-service.fixture.ts'
import { createServer, type LorcServer } from '../server.ts'
import { scratch } from '../service.fixture.ts'

const SECRET = 's3cr3t-"value"-é'
const BASE64 = Buffer.from(SECRET).toString('base64').replace(/=+$/, '')

interface Leaky {
  url: string
  folder: string
  server: LorcServer
  said: string[]
  /** Every answer that came, with what was asked. */
  seen: { asked: string; text: string }[]
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Record<string, unknown>; text: string; headers: Headers }>
}

/** A service on a port, whose steps say their secret wherever they can. */
async function leaky(files: Record<string, string>, modules: object = {}): Promise<Leaky> {
  const workspace = await scratch(files)
  const said: string[] = []
  const server = await createServer({
    workspace,
    store: createMemoryStore(),
    config: { server: { stopSec: 0 }, modules },
    runner: { env: { TOKEN: SECRET, PATH: process.env.PATH } },
    log: (level, message, fields) => void said.push(`${level} ${message} ${JSON.stringify(fields)}`),
  })
  onTestFinished(() => server.close())
  const { url } = await server.listen({ port: 0 })
  const seen: Leaky['seen'] = []
  return {
    url,
    folder: workspace,
    server,
    said,
    seen,
    async ask(method, path, body, headers = {}) {
      const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
      const answer = await fetch(url + path, { method, headers: { ...type, ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) })
      const text = await answer.text()
      seen.push({ asked: `${method} ${path} ${answer.status}`, text: `${JSON.stringify(Object.fromEntries(answer.headers))} ${text}` })
      const media = answer.headers.get('content-type') ?? ''
      const isJson = media.includes('json') && !media.includes('ndjson')
      return { status: answer.status, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {}, text, headers: answer.headers }
    },
  }
}

/** What holds the secret, in any form. */
function leaks({ seen, said }: Leaky): string[] {
  const forms = [SECRET, JSON.stringify(SECRET).slice(1, -1), BASE64, encodeURIComponent(SECRET)]
  const has = (text: string): boolean => forms.some((form) => text.includes(form))
  return [...seen.filter(({ text }) => has(text)).map(({ asked }) => asked), ...said.filter(has)]
}

/** Whatever there is to see of a run. */
async function look({ ask }: Leaky, id: string, steps: string[]): Promise<void> {
  for (const path of ['', '/events?follow=false', '/logs', '/context', '/artifacts', '/insight', '/graph', '/writes']) await ask('GET', `/runs/${id}${path}`)
  for (const step of steps) await ask('GET', `/runs/${id}/steps/${step}`)
  const { body } = await ask('GET', `/runs/${id}/artifacts`)
  for (const { url } of body['items'] as { url: string }[]) await ask('GET', url)
  await ask('GET', '/runs')
}

const RECIPE = (script: string, more = ''): string => `name: leaky\nsecrets: [TOKEN]\nparams: { any: { default: '' } }\nsteps:\n  - { name: leak, type: shell, script: ${script}, env: [TOKEN]${more} }\n`

describe('a secret is in no answer', () => {
  it('though steps print it, fail with it, and write it to files', async () => {
    const service = await leaky({
      'recipes/prints.yaml': RECIPE('prints.sh'),
      'prints.sh': '#!/bin/sh\nmkdir -p "$LORC_ARTIFACTS_DIR" out\necho "printed $TOKEN" >&2\nprintf "$TOKEN" | base64 >&2\nprintf "# %s\\n" "$TOKEN" > "$LORC_ARTIFACTS_DIR/leak.md"\nprintf \'\\000\\001%s\' "$TOKEN" > "$LORC_ARTIFACTS_DIR/leak.bin"\necho \'{"status":"ok"}\'\n',
      'recipes/fails.yaml': RECIPE('fails.sh'),
      'fails.sh': '#!/bin/sh\nprintf \'{"status":"error","reason":"no: s3cr3t-\\\\"value\\\\"-é","exit_code":3,"step":"leak"}\\n\'\nexit 3\n',
      'recipes/sets.yaml': RECIPE('sets.sh'),
      'sets.sh': '#!/bin/sh\nprintf \'{"status":"ok","set":{"a.b_v1":{"deep":["s3cr3t-\\\\"value\\\\"-é"]}}}\\n\'\n',
    })
    const { ask } = service
    for (const name of ['prints', 'fails', 'sets']) {
      const { body } = await ask('POST', `/recipes/${name}/runs`, {}, { prefer: 'wait=20' })
      expect(body['status'], JSON.stringify(body)).toBe(name === 'prints' ? 'completed' : 'failed')
      await look(service, body['run_id'] as string, ['leak'])
      if (name !== 'prints') continue
      const file = await ask('GET', `/runs/${body['run_id'] as string}/artifacts/leak/leak.md`, undefined, { range: 'bytes=0-1' })
      expect([file.status, file.text, file.headers.get('accept-ranges')]).toEqual([200, '# ***\n', 'none'])
      const tag = file.headers.get('etag')!
      expect((await ask('GET', `/runs/${body['run_id'] as string}/artifacts/leak/leak.md`, undefined, { 'if-none-match': tag })).status).toBe(304)
      expect((await ask('GET', `/runs/${body['run_id'] as string}/logs`)).text).toContain('printed ***')
    }
    expect(leaks(service)).toEqual([])
  })

  it('though requests hold it', async () => {
    const service = await leaky({ 'recipes/ask.yaml': `name: ask\nsecrets: [TOKEN]\nparams: { any: { default: '' } }\nsteps:\n  - { name: ok, type: approval, message: Go? }\n` })
    const { ask } = service
    expect(await ask('POST', '/recipes/ask/runs', { params: { any: [SECRET] } })).toMatchObject({ status: 422, body: { code: 'SECRET_LEAKED' } })
    const id = (await ask('POST', '/recipes/ask/runs', {})).body['run_id'] as string
    await expect.poll(async () => (await ask('GET', `/runs/${id}`)).body['waiting_for']).toEqual(['ok'])
    await ask('POST', `/runs/${id}/pause`, { reason: `for ${SECRET}` })
    await expect.poll(async () => (await ask('GET', `/runs/${id}`)).body['paused']).not.toBeNull()
    await look(service, id, ['ok'])
    await ask('POST', `/runs/${id}/unpause`, { reason: SECRET })
    await ask('POST', `/runs/${id}/approve`, { step: 'ok', approved: false, reason: SECRET })
    await expect.poll(async () => (await ask('GET', `/runs/${id}`)).body['status']).toBe('failed')
    await ask('POST', `/runs/${id}/cancel`, { reason: SECRET })
    await ask('POST', `/runs/${id}/resume`, { reason: 'x', by: SECRET, set: { 'a.b_v1': { deep: [SECRET] } } })
    await look(service, id, ['ok'])
    const log = new AuditLog(join(service.folder, '.lorc/audit.db'))
    service.said.push(...log.lines())
    log.close()
    expect(service.said.filter((line) => line.includes('"action"'))).toHaveLength(5)
    expect(leaks(service)).toEqual([])
  })

  it('though modules answer with what they were sent', async () => {
    const echo = (headers: Record<string, unknown>): string => String(headers['x-key'])
    const modules: Record<string, { url: string; headers: object }> = {}
    const add = async (name: string, ...answers: Parameters<typeof moduleService> extends [string, ...infer Rest] ? Rest : never): Promise<void> => {
      modules[name] = { url: (await moduleService(name, ...answers)).url, headers: { 'x-key': '${{ env.TOKEN }}' } }
    }
    await add('outputs', ({ headers }) => ({ outputs: { deep: [echo(headers)] } }))
    await add('evidence', ({ headers }) => ({ outputs: {}, evidence: { key: echo(headers) } }))
    await add('artifact', ({ headers }) => ({ outputs: {}, artifacts: [{ name: 'a.md', content: `# ${echo(headers)}` }] }))
    await add('named', ({ headers }) => ({ outputs: {}, artifacts: [echo(headers)] }))
    await add('fails', ({ headers }) => ({ status: 'error', message: `wrong key ${echo(headers)}`, key: echo(headers) }))
    await add('refuses', ({ headers }, response) => void response.writeHead(403).end(JSON.stringify({ detail: echo(headers) })))
    await add('redirects', ({ headers }, response) => void response.writeHead(307, { location: `http://x/${encodeURIComponent(echo(headers))}` }).end())
    await add('garbage', ({ headers }, response) => void response.end(`<html>${echo(headers)}`))
    await add('says', undefined, { 'GET /metadata': ({ headers }) => ({ version: echo(headers), key: { deep: echo(headers) } }) })
    const service = await leaky({}, modules)
    const { ask } = service
    for (const name of Object.keys(modules)) {
      const { body } = await ask('POST', '/plan_and_execute', { scenario_id: 's', modules: [name] })
      await look(service, body['run_id'] as string, [name])
    }
    await ask('POST', '/plan_and_execute', { scenario_id: SECRET, modules: ['says'] })
    await ask('POST', '/plan_and_execute', { scenario_id: 's', modules: ['says'], inputs: { [SECRET]: 1 } })
    await ask('GET', '/modules')
    expect(leaks(service)).toEqual([])
  })
})
