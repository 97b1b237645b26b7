import { EventEmitter } from 'node:events'
import { gunzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { createMemoryStore, type RunStore } from '@lorc/runner'
import { TestClock } from '@lorc/runner/testing'
import { describe, expect, it } from 'vitest'
import { LiveReaders } from './live-readers.ts'

/** An answer whose reader takes what it is told to take. */
class Answer extends EventEmitter {
  readonly req = { method: 'GET' }
  readonly sent: string[] = []
  readonly bytes: Buffer[] = []
  writableLength = 0
  isFull = false
  state: 'open' | 'ended' | 'cut' = 'open'

  write(bytes: Buffer | string): boolean {
    this.bytes.push(Buffer.from(bytes))
    this.sent.push(bytes.toString())
    if (this.isFull) this.writableLength += bytes.length
    return !this.isFull
  }

  get writableNeedDrain(): boolean {
    return this.isFull
  }

  /** The reader has taken everything. */
  drain(): void {
    this.isFull = false
    this.writableLength = 0
    this.emit('drain')
  }

  end(): void {
    this.#close('ended')
  }

  destroy(): void {
    this.#close('cut')
  }

  get ids(): number[] {
    return [...this.sent.join('').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  }

  get beats(): number {
    return this.sent.filter((text) => text === ': \n\n').length
  }

  get raw(): ServerResponse {
    return this as unknown as ServerResponse
  }

  #close(state: 'ended' | 'cut'): void {
    if (this.state !== 'open') return
    this.state = state
    this.emit('close')
  }
}

/** A run of which one event after the other is told. */
function place(most = 10) {
  const clock = new TestClock()
  const lines: string[] = []
  let status: 'running' | 'completed' = 'running'
  let failure: Error | undefined
  const logged: unknown[] = []
  const store = {
    ...createMemoryStore(),
    async *read(_runId: string, from = 0) {
      if (failure) throw failure
      if (from < lines.length) yield lines.slice(from)
    },
    get: async () => ({ status }),
  } as unknown as RunStore
  const readers = new LiveReaders(store, clock, most, (...said) => void logged.push(said))
  return {
    clock,
    readers,
    logged,
    tell: (...types: string[]) => types.forEach((type) => lines.push(JSON.stringify({ seq: lines.length, type, filler: 'x'.repeat(100) }))),
    end: () => (status = 'completed'),
    fail: (error: Error) => (failure = error),
    follow: (from = 0, options: { follow: boolean; gzip?: boolean } = { follow: true }) => {
      const answer = new Answer()
      return { answer, over: readers.sendEvents('run_1', from, answer.raw, options) }
    },
  }
}

describe('readers of events', () => {
  it('all get all of them, and those that come, and the end', async () => {
    const { clock, tell, end, follow, readers } = place()
    tell('run.created', 'step.started')
    const [one, two] = [follow(), follow(1)]
    await clock.advance(0)
    expect([one.answer.ids, two.answer.ids, readers.count]).toEqual([[0, 1], [1], 2])
    tell('step.completed')
    await clock.advance(100)
    tell('run.completed')
    end()
    await clock.advance(100)
    await clock.advance(100)
    await Promise.all([one.over, two.over])
    expect([one.answer.ids, two.answer.ids]).toEqual([[0, 1, 2, 3], [1, 2, 3]])
    expect([one.answer.state, two.answer.state, readers.count, clock.nextIn]).toEqual(['ended', 'ended', 0, undefined])
  })

  it('get a sign of life where nothing happens, but for those that are behind', async () => {
    const { clock, tell, follow } = place()
    tell('run.created')
    const [quick, slow] = [follow(), follow()]
    await clock.advance(0)
    slow.answer.writableLength = 1
    await clock.advance(30_000)
    expect([quick.answer.beats, slow.answer.beats]).toEqual([2, 0])
    quick.answer.destroy()
    slow.answer.destroy()
    await Promise.all([quick.over, slow.over])
    await clock.advance(200)
    expect(clock.nextIn).toBeUndefined()
  })

  it('are cut where they take nothing for half a minute, and hold up nobody', async () => {
    const { clock, tell, follow } = place()
    const [stuck, other] = [follow(), follow()]
    stuck.answer.isFull = true
    await clock.advance(0)
    for (let i = 0; i < 1000; i++) tell('step.started')
    await clock.advance(100)
    expect(other.answer.ids).toHaveLength(1000)
    expect(stuck.answer.sent).toHaveLength(1)
    await clock.advance(29_800)
    expect(stuck.answer.state).toBe('open')
    await clock.advance(300)
    await stuck.over
    expect([stuck.answer.state, stuck.answer.sent.length, other.answer.state]).toEqual(['cut', 1, 'open'])
    other.answer.destroy()
    await other.over
  })

  it('go on where they were once they take something again', async () => {
    const { clock, tell, follow } = place()
    for (let i = 0; i < 300; i++) tell('step.started')
    const slow = follow()
    slow.answer.isFull = true
    await clock.advance(29_000)
    expect(slow.answer.ids).toHaveLength(128)
    slow.answer.drain()
    await clock.advance(200)
    expect(slow.answer.ids).toEqual(Array.from({ length: 300 }, (_, i) => i))
    slow.answer.emit('error', new Error('reset'))
    await slow.over
  })

  it('that leave while they are waited for are left alone', async () => {
    const { clock, tell, follow, readers } = place()
    for (let i = 0; i < 300; i++) tell('step.started')
    const slow = follow()
    slow.answer.isFull = true
    await clock.advance(0)
    slow.answer.destroy()
    await slow.over
    expect([slow.answer.sent.length, readers.count]).toEqual([1, 0])
  })

  it('get the same in gzip where they take it, signs of life and the end included', async () => {
    const { clock, tell, end, follow } = place()
    for (let i = 0; i < 300; i++) tell('step.started')
    const [plain, packed] = [follow(), follow(0, { follow: true, gzip: true })]
    await clock.advance(16_000)
    tell('run.completed')
    end()
    await clock.advance(300)
    await Promise.all([plain.over, packed.over])
    expect(plain.answer.beats).toBe(1)
    const stream = Buffer.concat(packed.answer.bytes)
    expect(gunzipSync(stream).toString()).toBe(plain.answer.sent.join(''))
    expect(stream.length).toBeLessThan(plain.answer.sent.join('').length / 4)
  })

  it('are told no more than there is where they do not follow', async () => {
    const { tell, follow } = place()
    tell('run.created')
    const { answer, over } = follow(0, { follow: false })
    await over
    expect([answer.ids, answer.state]).toEqual([[0], 'ended'])
  })

  it('are cut where the store fails, and that is logged', async () => {
    const { fail, follow, logged } = place()
    fail(new Error('no disk'))
    const { answer, over } = follow()
    await over
    expect(answer.state).toBe('cut')
    expect(logged).toEqual([['warn', 'what a reader followed cannot be read on', { error: 'no disk' }]])
  })

  it('are cut where the store fails while they wait for more', async () => {
    const { clock, tell, fail, follow, logged } = place()
    tell('run.created')
    const [one, two] = [follow(), follow()]
    await clock.advance(100)
    fail(new Error('no disk'))
    await clock.advance(100)
    await Promise.all([one.over, two.over])
    expect([one.answer.ids, one.answer.state, two.answer.state, logged.length, clock.nextIn]).toEqual([[0], 'cut', 'cut', 2, undefined])
  })

  it('come to an end with the service', async () => {
    const { clock, tell, follow, readers } = place()
    tell('run.created')
    const all = [follow(), follow()]
    await clock.advance(0)
    readers.close()
    await Promise.all(all.map(({ over }) => over))
    expect(all.map(({ answer }) => answer.state)).not.toContain('open')
    expect(clock.nextIn).toBeUndefined()
  })

  it('are no more than the limit', async () => {
    const { follow, readers } = place(1)
    readers.assertRoom()
    const { answer, over } = follow()
    expect(() => readers.assertRoom()).toThrow(expect.objectContaining({ code: 'SERVER_OVERLOADED', retryAfterSec: 5 }) as Error)
    answer.destroy()
    await over
    readers.assertRoom()
  })
})

describe('whatever is written bit by bit', () => {
  it('waits for a moment, or until nobody reads any more', async () => {
    const { clock, readers } = place()
    const answer = new Answer()
    const waits: string[] = []
    const over = readers.send(answer.raw, async (connection) => {
      await connection.pause(200)
      waits.push('a moment')
      await connection.pause(60_000)
      waits.push('to the end')
      await connection.pause(60_000)
      await connection.write('nobody gets this')
    })
    await clock.advance(200)
    expect(waits).toEqual(['a moment'])
    answer.destroy()
    await over
    expect([waits, answer.sent]).toEqual([['a moment', 'to the end'], []])
  })

  it('logs what is thrown that is not an error', async () => {
    const { readers, logged } = place()
    const answer = new Answer()
    await readers.send(answer.raw, () => Promise.reject<undefined>('odd'))
    expect(logged).toMatchObject([['warn', expect.any(String), { error: 'odd' }]])
  })
})
