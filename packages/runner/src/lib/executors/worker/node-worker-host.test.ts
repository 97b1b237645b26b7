import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ask, frame, unframe, type Reply, type Request, type RunMessage, type WorkerMessage } from './node-protocol.ts'
import { NodeWorkerHost, type WorkerProcess } from './node-worker-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'lorc-host-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let modules = 0
let sent: WorkerMessage[]
let asked: Request[]
let log: string
let pending: number
let reply: Reply
let host: NodeWorkerHost
const controller = new AbortController()

beforeEach(() => {
  ;[sent, asked, log, pending, reply] = [[], [], '', 0, {}]
  const fake: WorkerProcess = {
    send: (message) => void sent.push(message),
    ask: (request) => (asked.push(request), reply),
    enter: () => undefined,
    printed: async () => {},
    write: (text) => void (log += text),
    signal: () => controller.signal,
    measure: () => () => ({ cpuUserMs: 1, cpuSystemMs: 2, peakRssBytes: 3, exitCode: null }),
    pending: () => pending,
  }
  host = new NodeWorkerHost(fake)
})

function message(code: string): RunMessage {
  const file = join(folder, `${++modules}.mjs`)
  writeFileSync(file, code)
  return {
    type: 'run',
    code: { url: pathToFileURL(file).href },
    params: {},
    step: { stepName: 'load', runId: 'run_1', attempt: 1, seed: 7, idempotencyKey: 'run_1/load', item: undefined, workspace: '/' },
    env: {},
    granted: { TOKEN: 't' },
    workspace: folder,
    logPath: join(folder, 'log'),
  }
}

describe('NodeWorkerHost', () => {
  it('answers with the outcome, what it cost, and that the process is clean', async () => {
    await host.run(message('export default () => {}'))
    const metrics = { cpuUserMs: 1, cpuSystemMs: 2, peakRssBytes: 3, exitCode: null }
    expect(sent).toEqual([{ type: 'done', outcome: { status: 'ok', outputs: null, metrics }, spent: false }])
  })

  it('asks the runner for what only the runner knows', async () => {
    reply = { value: ['a.b_v1', { deep: [1] }] }
    const code = `export default (ctx, params, step) => {
      ctx.get('a.b_v1'); ctx.has('a.b_v1'); ctx.keys(); ctx.set('a.b_v1', { n: 1 }); step.artifactsDir
      step.progress(1); step.log.info(step.env.TOKEN, step.name, step.signal.aborted)
    }`
    const run = message(code)
    await host.run(run)
    await host.run(run)
    const key = 'a.b_v1'
    const once = [{ op: 'get', key }, { op: 'has', key }, { op: 'keys' }, { op: 'set', key, value: { n: 1 } }]
    expect(asked.slice(0, 5)).toEqual([...once, { op: 'artifactsDir' }])
    expect(sent[0]).toEqual({ type: 'progress', done: 1, total: null })
    expect(log).toBe('INFO t load false\n'.repeat(2))
  })

  it('throws in the scriptlet what the runner refused', async () => {
    const details = { code: 'CONTEXT_SHAPE', key: 'k', path: '$' }
    const error = { code: 'STEP_CONTEXT_REFUSED', message: 'no', fix: 'do', details }
    reply = { refused: error }
    await host.run(message(`export default (ctx) => ctx.set('a.b_v1', 1)`))
    expect(sent).toMatchObject([{ outcome: { status: 'error', error } }])
    reply = { refused: { code: 'STEP_FAILED', message: 'no disk' } }
    await host.run(message(`export default (ctx, params, step) => step.artifactsDir`))
    expect(sent[1]).toMatchObject({ outcome: { error: { code: 'STEP_FAILED', message: 'no disk' } } })
  })

  it('fails the attempt over an error that nobody awaited, and the process is spent', async () => {
    const running = host.run(message('export default () => new Promise(() => {})'))
    host.stray(new Error('adrift'))
    await running
    expect(sent).toMatchObject([{ outcome: { status: 'error', error: { message: 'adrift' } }, spent: true }])
    expect(log).toContain('Error: adrift')
  })

  it('is spent when something is left that could run', async () => {
    const running = host.run(message('export default () => {}'))
    pending = 1
    await running
    expect(sent).toMatchObject([{ spent: true }])
  })

  it('drops what is written after the end', async () => {
    await host.run(message(`export default (ctx) => void (globalThis.lateWrite = () => ctx.set('a.b_v1', 1))`))
    ;(globalThis as unknown as { lateWrite(): void }).lateWrite()
    expect(asked).toEqual([])
    expect(log).toContain('when it wrote a.b_v1; the write is dropped')
  })

  it('reports a module that cannot be loaded', async () => {
    await host.run(message('export default ('))
    await host.run(message('export const a = 1'))
    const failed = (code: string): object => ({ outcome: { status: 'error', error: { code } } })
    expect(sent).toMatchObject([failed('MODULE_BROKEN'), failed('EXPORT_MISSING')])
  })
})

describe('frames', () => {
  it('survive any cut of the stream', () => {
    const messages = [{ a: 'é' }, [], 'x'.repeat(300), { last: true }]
    const bytes = Buffer.concat(messages.map((item) => frame(item)))
    for (const size of [1, 2, 3, 7, 100, bytes.length]) {
      const got: unknown[] = []
      const feed = unframe((item) => got.push(item))
      for (let at = 0; at < bytes.length; at += size) feed(bytes.subarray(at, at + size))
      expect(got).toEqual(messages)
    }
  })

  it('carry a request and its reply over a blocking socket', () => {
    const seen: unknown[] = []
    let answer = frame({ value: { rows: [1, 2] } })
    const socket = {
      write: unframe((item) => seen.push(item)),
      read(buffer: Buffer) {
        answer.copy(buffer, 0, 0, buffer.length)
        answer = answer.subarray(buffer.length)
      },
    }
    expect(ask(socket, { op: 'get', key: 'a.b_v1' })).toEqual({ value: { rows: [1, 2] } })
    expect(seen).toEqual([{ op: 'get', key: 'a.b_v1' }])
  })
})
