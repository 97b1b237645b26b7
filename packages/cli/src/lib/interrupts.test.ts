import { expect, it } from 'vitest'
import { fakeIo } from './fake-io.fixture.ts'
import { Interrupts } from './interrupts.ts'
import { handleOf } from './scripted-run.fixture.ts'

function setup() {
  const io = fakeIo()
  const said: string[] = []
  return { io, said, interrupts: new Interrupts(io, (text) => said.push(text)), handle: handleOf({}) }
}

it('the first cancels the run and records why', () => {
  const { io, said, interrupts, handle } = setup()
  interrupts.attach(handle)
  expect(handle.cancels).toEqual([])
  io.interrupt('SIGTERM')
  expect(handle.cancels).toEqual([{ by: 'SIGTERM', reason: 'interrupted by SIGTERM' }])
  expect(said).toEqual(['SIGTERM: cancelling; once more to kill what is in flight'])
  expect(interrupts.signal).toBe('SIGTERM')
})

it('one that comes before the run has begun cancels it as soon as it has', () => {
  const { io, said, interrupts, handle } = setup()
  io.interrupt('SIGINT')
  interrupts.attach(handle)
  expect(said).toEqual(['SIGINT: cancelling'])
  expect(handle.cancels).toEqual([{ by: 'SIGINT', reason: 'interrupted by SIGINT' }])
})

it('the second kills; when nothing comes of it, the process ends', () => {
  const { io, interrupts, handle } = setup()
  interrupts.attach(handle)
  io.interrupt('SIGINT')
  io.interrupt('SIGTERM')
  expect(handle.cancels.at(-1)).toEqual({ by: 'SIGINT', reason: 'interrupted by SIGINT', kill: true })
  expect(io.exits).toEqual([])
  io.tick()
  expect(io.exits).toEqual([130])
})

it('the third ends the process', () => {
  const { io, interrupts, handle } = setup()
  interrupts.attach(handle)
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGTERM'] as const) io.interrupt(signal)
  expect(io.exits).toEqual([143])
})

it('nothing is listened to or waited for after stop', () => {
  const { io, interrupts, handle } = setup()
  interrupts.attach(handle)
  io.interrupt('SIGINT')
  io.interrupt('SIGINT')
  interrupts.stop()
  expect([io.listeners.size, io.tickers.size]).toEqual([0, 0])
})
