import { EventEmitter } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { type HostProcess, processIo } from './process/process-io.ts'
import { runProcess } from './run-process.ts'

interface FakeProcess extends EventEmitter {
  exitCode?: number
  stdout: Writable
  stderr: Writable
  exits: number[]
  kills: string[]
}

function fakeProcess(stdout: Writable = new PassThrough()): {
  fake: FakeProcess
  host: HostProcess
  shown(stream: 'stdout' | 'stderr'): string
} {
  const fake = Object.assign(new EventEmitter(), {
    stdout,
    stderr: new PassThrough(),
    cwd: () => '/',
    chdir: () => undefined,
    pid: 1,
    env: {},
    exits: [] as number[],
    kills: [] as string[],
    kill: (_pid: number, signal: string) => fake.kills.push(signal),
    exit: (code: number) => fake.exits.push(code),
  })
  const shown = (stream: 'stdout' | 'stderr'): string => String((fake[stream] as PassThrough).read() ?? '')
  return { fake, host: fake as unknown as HostProcess, shown }
}

function failing(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })) })
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('runProcess', () => {
  it('sets the exit status and writes to the streams', async () => {
    const { fake, host, shown } = fakeProcess()
    await runProcess(host, ['config', 'path', '--json'], '1.2.3')
    expect([fake.exitCode, shown('stdout'), shown('stderr')]).toEqual([0, '{"workspace":"/","config_file":null}\n', ''])
    const wrong = fakeProcess()
    await runProcess(wrong.host, ['rnu'], '1.2.3')
    expect([wrong.fake.exitCode, wrong.shown('stdout')]).toEqual([2, ''])
  })

  it('tells that the current folder is gone where that matters', async () => {
    const run = async (...words: string[]) => {
      const { fake, host, shown } = fakeProcess()
      host.cwd = () => {
        throw new Error('ENOENT: process.cwd failed')
      }
      await runProcess(host, words, '1.2.3')
      return [fake.exitCode, shown('stdout').length > 0, shown('stderr')]
    }
    const gone = 'error[CLI_WORKSPACE_MISSING]: the current folder has been removed.\nfix: go to one that is there.\n'
    expect(await run('runs', 'list')).toEqual([2, false, gone])
    expect(await run('--help')).toEqual([0, true, ''])
  })

  it('ends the process a second later, where a step left something behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const { fake, host } = fakeProcess()
      await runProcess(host, ['rnu'], '1.2.3')
      vi.advanceTimersByTime(999)
      expect(fake.exits).toEqual([])
      vi.advanceTimersByTime(1)
      expect(fake.exits).toEqual([2])
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not mind a reader that is gone', async () => {
    const { fake, host, shown } = fakeProcess(failing('EPIPE'))
    await runProcess(host, ['config', 'path', '--json'], '1.2.3')
    await turn()
    expect([fake.exitCode, shown('stderr')]).toEqual([0, ''])
  })

  it('tells when stdout cannot be written', async () => {
    const { fake, host, shown } = fakeProcess(failing('ENOSPC'))
    await runProcess(host, ['config', 'path', '--json'], '1.2.3')
    await turn()
    expect([fake.exitCode, shown('stderr')]).toEqual([
      1,
      'error[CLI_OUTPUT_FAILED]: stdout cannot be written: write ENOSPC\n',
    ])
  })

  it('ends when something of its own was thrown where nobody listened', async () => {
    const { fake, host, shown } = fakeProcess()
    await runProcess(host, ['config', 'path'], '1.2.3')
    shown('stderr')
    fake.emit('uncaughtException', new Error('x is undefined'))
    expect(fake.exits).toEqual([1])
    expect(shown('stderr')).toMatch(/^error\[CLI_INTERNAL\]: lorc itself failed: x is undefined\n/)
  })

  it('lets no step end the process, or choose its exit status', async () => {
    const { fake, host } = fakeProcess()
    fake.exitCode = 7
    await runProcess(host, ['config', 'path'], '1.2.3')
    expect(fake.exitCode).toBe(0)
    host.exit(3)
    expect(fake.exits).toEqual([3])
  })

  it("keeps stdout for the command's output", async () => {
    const { fake, host, shown } = fakeProcess()
    await runProcess(host, ['config', 'path', '--json'], '1.2.3')
    let called = 0
    fake.stdout.write('stray\n', () => called++)
    fake.stdout.write('stray\n', 'utf8', () => called++)
    await turn()
    expect([shown('stdout').split('\n').length, shown('stderr'), called]).toEqual([2, 'stray\nstray\n', 2])
  })
})

describe('processIo', () => {
  const quiet = { owner: () => undefined, mayExit: () => undefined, mayMove: () => undefined, onFailure: () => undefined }

  it('passes interrupts on until told to stop', () => {
    const { fake, host } = fakeProcess()
    const got: string[] = []
    const stop = processIo(host, quiet).onInterrupt((signal) => got.push(signal))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) fake.emit(signal, signal)
    stop()
    expect([got, fake.listenerCount('SIGINT')]).toEqual([['SIGINT', 'SIGTERM', 'SIGHUP'], 0])
  })

  it('ends the process for those alone who may', () => {
    const { fake, host } = fakeProcess()
    const mayExit = (code: unknown): void => {
      if (code === 3) throw new Error('not you')
    }
    const io = processIo(host, { ...quiet, mayExit })
    expect(() => host.exit(3)).toThrow('not you')
    host.exit(4)
    io.exit(3)
    expect(fake.exits).toEqual([4, 3])
  })

  it('takes the process elsewhere for those alone who may', () => {
    const { host } = fakeProcess()
    const folders: string[] = []
    host.chdir = (folder) => void folders.push(folder)
    const mayMove = (folder: string): void => {
      if (folder === '/elsewhere') throw new Error('not you')
    }
    const io = processIo(host, { ...quiet, mayMove })
    expect(() => host.chdir('/elsewhere')).toThrow('not you')
    host.chdir('/here')
    io.enter('/elsewhere')
    expect(folders).toEqual(['/here', '/elsewhere'])
  })

  it('passes on what others write to the attempt that it is of, or to who asked for it, or to stderr', () => {
    const { fake, host, shown } = fakeProcess()
    const owned: unknown[] = []
    let owner: ((chunk: string | Uint8Array) => void) | undefined = (chunk) => owned.push(chunk)
    const io = processIo(host, { ...quiet, owner: () => owner })
    fake.stderr.write('of an attempt')
    owner = undefined
    const taken: string[] = []
    const stop = io.divertStderr((text) => taken.push(text))
    fake.stderr.write(Buffer.from('a warning'))
    fake.stdout.write('a print')
    io.stderr.write('a command')
    stop()
    stop()
    fake.stderr.write(' and later')
    expect([owned, taken, shown('stderr')]).toEqual([['of an attempt'], ['a warning', 'a print'], 'a command and later'])
  })

  it('tells of suspensions and of the end until told to stop', () => {
    const { fake, host } = fakeProcess()
    const io = processIo(host, quiet)
    const told: string[] = []
    const stops = [io.onSuspend(() => told.push('before'), () => told.push('after')), io.onExit(() => told.push('exit'))]
    for (const signal of ['SIGTSTP', 'SIGCONT', 'exit']) fake.emit(signal)
    for (const stop of stops) stop()
    for (const signal of ['SIGTSTP', 'SIGCONT', 'exit']) fake.emit(signal)
    expect([told, fake.kills]).toEqual([['before', 'after', 'exit'], ['SIGSTOP']])
  })

  it('knows the terminal, or 80 x 24', () => {
    const { host, fake } = fakeProcess()
    const io = processIo(host, quiet)
    expect([io.stdout.isTTY, io.stdout.columns, io.stdout.rows]).toEqual([false, 80, 24])
    Object.assign(fake.stderr, { isTTY: true, columns: 100, rows: 30 })
    const other = processIo(host, quiet)
    expect([other.stderr.isTTY, other.stderr.columns, other.stderr.rows]).toEqual([true, 100, 30])
    io.exit(130)
    expect(fake.exits).toEqual([130])
  })

  it('lets a writer wait for a slow reader, and drops what nobody reads', async () => {
    const slow = new PassThrough({ highWaterMark: 4 })
    const { host, fake } = fakeProcess(slow)
    const { stdout } = processIo(host, quiet)
    expect(stdout.write('more than four')).toBe(false)
    const drained = stdout.drained()
    slow.resume()
    await drained
    await stdout.drained()
    fake.stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))
    fake.stdout.emit('error', new Error('again'))
    expect([stdout.closed, stdout.write('nothing')]).toEqual([true, true])
  })

  it('stops waiting for a reader that goes', async () => {
    const { host, fake } = fakeProcess(new PassThrough({ highWaterMark: 4 }))
    const { stdout } = processIo(host, quiet)
    stdout.write('more than four')
    const drained = stdout.drained()
    fake.stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))
    await drained
  })

  it('ticks until told to stop', async () => {
    const { host } = fakeProcess()
    const io = processIo(host, quiet)
    expect(io.now()).toBeGreaterThan(0)
    let stop = (): void => undefined
    await new Promise<void>((resolve) => {
      const alive = setTimeout(() => undefined, 5000)
      stop = io.every(1, () => {
        clearTimeout(alive)
        resolve()
      })
    })
    stop()
  })
})
