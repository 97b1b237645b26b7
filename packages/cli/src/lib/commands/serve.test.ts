import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PerformanceObserver } from 'node:perf_hooks'
import v8 from 'node:v8'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fakeIo, PID, type FakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf } from '../scripted-run.fixture.ts'

async function workspace(config = ''): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-serve-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'recipes'))
  await writeFile(join(folder, 'lorc.config.yaml'), config)
  return folder
}

const serve = (io: FakeIo, ...words: string[]): Promise<number> => main(['serve', ...words], { io, engine: engineOf({}), version: '1.2.3' })

async function until(io: FakeIo, found: () => string | undefined): Promise<string> {
  for (;;) {
    const text = found()
    if (text !== undefined) return text
    await new Promise(setImmediate)
    if (io.exits.length > 0) throw new Error('ended')
  }
}

describe('lorc serve', () => {
  it('serves until it is told to stop, and says where', async () => {
    const folder = await workspace('server: { port: 0 }')
    const io = fakeIo({ cwd: folder })
    const ended = serve(io)
    const url = await until(io, () => /at (http:\S+)\n/.exec(io.stdout.text)?.[1])
    expect(io.stdout.text).toBe(`lorc 1.2.3 serves ${folder} at ${url}\n`)
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', version: '1.2.3' })
    io.interrupt('SIGTERM')
    expect(await ended).toBe(0)
    expect(io.stderr.text).toContain('SIGTERM: stopping')
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('runs the code of steps in the workspace, wherever it was started', async () => {
    const folder = await workspace('server: { port: 0 }')
    const io = fakeIo({ cwd: join(folder, 'recipes') })
    const ended = serve(io)
    await until(io, () => /at (http:\S+)\n/.exec(io.stdout.text)?.[1])
    expect(io.entered).toEqual([folder])
    io.interrupt('SIGTERM')
    expect(await ended).toBe(0)
  })

  it('lets V8 optimize again as soon as somebody connects', async () => {
    const flags = vi.spyOn(v8, 'setFlagsFromString').mockReturnValue()
    syncBuiltinESMExports()
    onTestFinished(() => (flags.mockRestore(), syncBuiltinESMExports()))
    const io = fakeIo({ cwd: await workspace('server: { port: 0 }') })
    const ended = serve(io)
    const url = await until(io, () => /at (http:\S+)\n/.exec(io.stdout.text)?.[1])
    expect(flags).toHaveBeenCalledWith('--no-opt')
    await fetch(`${url}/health`)
    expect(flags).toHaveBeenCalledWith('--opt')
    io.interrupt('SIGTERM')
    expect(await ended).toBe(0)
  })

  it("bounds V8's young generation as long as it serves", async () => {
    const observe = vi.spyOn(PerformanceObserver.prototype, 'observe')
    const disconnect = vi.spyOn(PerformanceObserver.prototype, 'disconnect')
    onTestFinished(() => (observe.mockRestore(), disconnect.mockRestore()))
    const io = fakeIo({ cwd: await workspace('server: { port: 0 }') })
    const ended = serve(io)
    await until(io, () => /at (http:\S+)\n/.exec(io.stdout.text)?.[1])
    expect([observe.mock.calls, disconnect.mock.calls.length]).toEqual([[[{ entryTypes: ['gc'] }]], 0])
    io.interrupt('SIGTERM')
    expect(await ended).toBe(0)
    expect(disconnect).toHaveBeenCalledOnce()
  })

  it('prints JSON for programs', async () => {
    const io = fakeIo({ cwd: await workspace() })
    const ended = serve(io, '--port', '0', '--json')
    const line = JSON.parse(await until(io, () => io.stdout.text || undefined)) as object
    expect(line).toMatchObject({ event: 'listening', pid: PID, workspace: io.cwd })
    io.interrupt('SIGINT')
    expect(await ended).toBe(0)
    expect(io.stderr.text).toBe('')
  })

  it('makes a first key, once, keeps its hash where the state is, and puts it on record', async () => {
    const folder = await workspace()
    const env = { LORC_STATE_DIR: 'runs/.lorc' }
    const start = async (...words: string[]): Promise<{ io: FakeIo; url: string; stop: () => Promise<number> }> => {
      const io = fakeIo({ cwd: folder, env })
      const ended = serve(io, '--port', '0', '--first-key', 'admin', ...words)
      const url = await until(io, () => /(http:[^"\s]+)/.exec(io.stdout.text)?.[1])
      return { io, url, stop: () => (io.interrupt('SIGTERM'), ended) }
    }
    const first = await start()
    const key = /^key of admin, shown this once: (lorc_\S+)\n/.exec(first.io.stdout.text)?.[1] ?? ''
    const status = async (url: string, headers = {}): Promise<number> => (await fetch(`${url}/runs`, { headers })).status
    expect([await status(first.url), await status(first.url, { authorization: `Bearer ${key}` })]).toEqual([401, 200])
    await first.stop()
    const second = await start('--json')
    expect(second.io.stdout.text).not.toContain('lorc_')
    expect(await status(second.url, { authorization: `Bearer ${key}` })).toBe(200)
    await second.stop()
    expect((await readdir(folder)).sort()).toEqual(['lorc.config.yaml', 'recipes', 'runs'])
    const audit = fakeIo({ cwd: folder, env })
    await main(['audit', 'export'], { io: audit, engine: engineOf({}), version: '1.2.3' })
    expect(audit.stdout.text).toContain('"action":"keys.add","target":"admin","why":"the first start of the service"')
    expect(audit.stdout.text).not.toContain(key.slice(-43))
  })

  it('prints a first key as JSON, too, and refuses a name that is none', async () => {
    const io = fakeIo({ cwd: await workspace() })
    const ended = serve(io, '--port', '0', '--first-key', 'admin', '--json')
    await until(io, () => /listening/.exec(io.stdout.text)?.[0])
    expect(JSON.parse(io.stdout.text.split('\n')[0] ?? '')).toEqual({ event: 'first_key', name: 'admin', key: expect.stringMatching(/^lorc_/) as string })
    io.interrupt('SIGTERM')
    expect(await ended).toBe(0)
    const wrong = fakeIo({ cwd: await workspace() })
    expect(await serve(wrong, '--first-key', ' ')).toBe(2)
    expect(wrong.stderr.text).toContain('the name of a key')
  })

  it('refuses what is not a port before anything begins', async () => {
    const io = fakeIo({ cwd: await workspace() })
    expect(await serve(io, '--port', '65536')).toBe(2)
    expect(io.stderr.text).toContain('--port is a whole number from 0 to 65535, not `65536`')
    expect(await readdir(io.cwd)).toEqual(['lorc.config.yaml', 'recipes'])
  })

  it('says which setting is wrong, and where it cannot listen', async () => {
    const wrong = fakeIo({ cwd: await workspace('server: { prot: 1 }') })
    expect(await serve(wrong)).toBe(2)
    expect(wrong.stderr.text).toContain('error[SERVER_CONFIG]')
    const open = fakeIo({ cwd: await workspace() })
    expect(await serve(open, '--host', '0.0.0.0', '--port', '0')).toBe(2)
    expect(open.stderr.text).toContain('lorc keys add')
    const elsewhere = fakeIo({ cwd: await workspace('server: { auth: { required: true } }') })
    expect(await serve(elsewhere, '--host', '203.0.113.7', '--port', '0')).toBe(1)
    expect(elsewhere.stderr.text).toContain('no such address')
  })
})
