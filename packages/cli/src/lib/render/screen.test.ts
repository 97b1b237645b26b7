import { expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { Screen } from './screen.ts'

function screen() {
  const io = fakeIo({ tty: true })
  const made: Screen = new Screen(io, () => made.draw(['again']))
  const take = (): string => {
    const { text } = io.stderr
    io.stderr.text = ''
    return text
  }
  return { io, screen: made, take }
}

it('draws in place with the cursor hidden, and shows it in the end', () => {
  const { screen: it, take } = screen()
  it.draw(['one', 'two'])
  expect(take()).toBe('\x1b[?25lone\x1b[K\ntwo\x1b[K\n\x1b[0J')
  it.draw(['three'])
  expect(take()).toBe('\x1b[2A\rthree\x1b[K\n\x1b[0J')
  it.close()
  it.close()
  expect(take()).toBe('\x1b[?25h')
})

it('puts the cursor back however the process ends', () => {
  const { io, screen: it, take } = screen()
  it.draw(['one'])
  take()
  for (const handler of io.exiting) handler()
  expect(take()).toBe('\x1b[?25h')
  it.close()
  expect([io.exiting.size, io.suspending.size]).toEqual([0, 0])
})

it('gives the cursor back while the process is suspended', () => {
  const { io, screen: it, take } = screen()
  it.draw(['one'])
  take()
  const [[before, after]] = [...io.suspending] as [readonly [() => void, () => void]]
  before()
  expect(take()).toBe('\x1b[?25h')
  it.draw(['a tick that comes first'])
  expect(take()).toBe('a tick that comes first\x1b[K\n\x1b[0J')
  after()
  expect(take()).toBe('\x1b[?25l\x1b[1A\ragain\x1b[K\n\x1b[0J')
})

it('lets what others write scroll by above it, as long as it stands', () => {
  const { io, screen: it, take } = screen()
  it.draw(['one'])
  take()
  io.stray('a warning')
  expect(take()).toBe('\x1b[1A\r\x1b[0Ja warning\nagain\x1b[K\n\x1b[0J')
  it.close()
  take()
  io.stray('later')
  expect(take()).toBe('later')
})
