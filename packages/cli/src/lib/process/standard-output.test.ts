import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { StandardOutput } from './standard-output.ts'

const device = vi.hoisted(() => ({ written: '', accepts: Number.POSITIVE_INFINITY, code: undefined as string | undefined, isCharacter: false }))
vi.mock(import('node:fs'), async (original) => ({
  ...(await original()),
  fstatSync: (() => ({ isCharacterDevice: () => device.isCharacter })) as never,
  writeSync: ((fd: number, bytes: Buffer, from: number) => {
    if (device.accepts === 0 && device.code !== undefined) throw Object.assign(new Error('no'), { code: device.code })
    const part = bytes.subarray(from, from + Math.min(device.accepts, 4))
    device.accepts -= part.length
    device.written += `${fd === 1 ? '' : fd}${part.toString()}`
    return part.length
  }) as never,
}))

class Stream extends EventEmitter {
  text = ''
  isTTY = false
  columns = 0
  rows = 0
  writableNeedDrain = false
  write(text: string | Uint8Array): boolean {
    this.text += Buffer.from(text).toString()
    return !this.writableNeedDrain
  }
}

let stream: Stream
let opened: number
let failures: string[]
let strays: unknown[]
let program: Record<'stdout' | 'stderr', NodeJS.WriteStream>
beforeEach(() => {
  Object.assign(device, { written: '', accepts: Number.POSITIVE_INFINITY, code: undefined, isCharacter: false })
  ;[stream, opened, failures, strays] = [new Stream(), 0, [], []]
  program = {} as typeof program
  Object.defineProperty(program, 'stdout', { configurable: true, get: () => (opened++, stream) })
})

const output = (): StandardOutput =>
  new StandardOutput(program, 'stdout', {
    stray: (text: unknown) => strays.push(text) > 0,
    onFailure: ({ message }) => failures.push(message),
  })

it('writes to a file or a pipe without opening the stream', async () => {
  const out = output()
  expect([out.write('written in parts'), out.isTTY, out.columns, out.rows, out.closed]).toEqual([true, false, 80, 24, false])
  await out.drained()
  expect([device.written, opened]).toEqual(['written in parts', 0])
})

it('gives whoever asks for the stream one that is not its own', () => {
  const out = output()
  program.stdout.write('stray')
  out.write('own')
  expect([strays, device.written, stream.text, opened]).toEqual([['stray'], 'own', '', 1])
  expect(program.stdout).toBe(program.stdout)
})

it('hands what a reader does not take at once to the stream, from then on', async () => {
  Object.assign(device, { accepts: 4, code: 'EAGAIN' })
  const out = output()
  stream.writableNeedDrain = true
  expect(out.write('written later')).toBe(false)
  let drained = false
  const done = out.drained().then(() => (drained = true))
  await Promise.resolve()
  expect([device.written, stream.text, drained]).toEqual(['writ', 'ten later', false])
  stream.emit('drain')
  await done
  out.write(' still')
  expect(stream.text).toBe('ten later still')
})

describe('an error', () => {
  it.each([
    ['EPIPE', []],
    ['EIO', []],
    ['ENOSPC', ['no']],
  ])('%s closes it', async (code, told) => {
    Object.assign(device, { accepts: 4, code })
    const out = output()
    out.write('lost text')
    out.write('dropped')
    await out.drained()
    expect([out.closed, failures, device.written]).toEqual([true, told, 'lost'])
  })

  it('of the stream ends the wait for it', async () => {
    device.isCharacter = true
    const out = output()
    stream.writableNeedDrain = true
    out.write('text')
    const done = out.drained()
    stream.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))
    stream.emit('error', Object.assign(new Error('again'), { code: 'ENOSPC' }))
    await done
    expect([out.closed, failures]).toEqual([true, ['full']])
  })
})

it('opens a terminal, and knows its size', () => {
  device.isCharacter = true
  Object.assign(stream, { isTTY: true, columns: 100, rows: 40 })
  const out = output()
  out.write('text')
  expect([opened, stream.text, out.isTTY, out.columns, out.rows]).toEqual([1, 'text', true, 100, 40])
  Object.assign(stream, { columns: 0, rows: 0 })
  expect([out.columns, out.rows]).toEqual([80, 24])
})
