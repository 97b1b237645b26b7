import { describe, expect, it } from 'vitest'
import { Turnstile } from './turnstile.ts'

const BUSY = new Error('busy')

/** A turnstile whose time stands still until `pass` lets a wait end. */
function fake(patienceMs = 1000) {
  let now = 0
  const waits: { ms: number; wake: () => void }[] = []
  const wait = (ms: number, wake: () => void) => void waits.push({ ms, wake })
  const pace = { now: () => now, random: () => 0.5, wait }
  const turnstile = new Turnstile({
    isBusy: (error) => error === BUSY,
    giveUp: (waitedMs) => new Error(`gave up after ${waitedMs}`),
    patienceMs,
    pace,
  })
  const pass = () => {
    const next = waits.shift()
    now += next?.ms ?? 0
    next?.wake()
  }
  return { turnstile, waits, pass, advance: (ms: number) => (now += ms) }
}

function busyTimes<T>(times: number, value: T) {
  return () => {
    if (times > 0) {
      times -= 1
      throw BUSY
    }
    return value
  }
}

describe('Turnstile', () => {
  it('runs a task at once where nobody is in the way', () => {
    expect(fake().turnstile.run(() => 'done')).toBe('done')
  })

  it('throws at once what a task throws', () => {
    expect(() =>
      fake().turnstile.run(() => {
        throw new Error('no')
      }),
    ).toThrow('no')
  })

  it('tries a task again that met a lock, later and not at once', async () => {
    const { turnstile, pass, waits } = fake()
    const result = turnstile.run(busyTimes(2, 'done'))
    expect(result).toBeInstanceOf(Promise)
    expect(waits).toHaveLength(1)
    pass()
    expect(waits).toHaveLength(1)
    expect(waits[0]?.ms).toBeGreaterThan(0)
    pass()
    await expect(result).resolves.toBe('done')
  })

  it('keeps the order of tasks', async () => {
    const { turnstile, pass } = fake()
    const order: number[] = []
    const first = turnstile.run(() => {
      if (order.length === 0) order.push(0)
      else return order.push(1)
      throw BUSY
    })
    const second = turnstile.run(() => order.push(2))
    expect(second).toBeInstanceOf(Promise)
    pass()
    await Promise.all([first, second])
    expect(order).toEqual([0, 1, 2])
  })

  it('rejects a task that fails after it waited, and lets the next through', async () => {
    const { turnstile, pass } = fake()
    let tries = 0
    const failing = turnstile.run(() => {
      throw (tries += 1) === 1 ? BUSY : new Error('no')
    })
    const next = turnstile.run(() => 'next')
    const failed = expect(failing).rejects.toThrow('no')
    pass()
    await failed
    await expect(next).resolves.toBe('next')
  })

  it('gives a task up that has waited too long, and lets the next through', async () => {
    const { turnstile, pass, advance } = fake(1000)
    const stuck = turnstile.run(busyTimes(Infinity, 'never'))
    const next = turnstile.run(busyTimes(0, 'next'))
    pass()
    advance(1000)
    const given = expect(stuck).rejects.toThrow('gave up after')
    pass()
    await given
    await expect(next).resolves.toBe('next')
  })

  it('stands back after a burst once it has met others, and forgets them in time', async () => {
    const { turnstile, pass, waits, advance } = fake()
    const first = turnstile.run(busyTimes(1, 'first'))
    pass()
    await first
    expect(turnstile.run(() => 'in the burst')).toBe('in the burst')
    advance(5)
    const late = turnstile.run(() => 'stood back')
    expect(late).toBeInstanceOf(Promise)
    expect(waits).toHaveLength(1)
    pass()
    await expect(late).resolves.toBe('stood back')
    advance(1000)
    expect(turnstile.run(() => 'at once')).toBe('at once')
  })

  it('stands back in the middle of a queue, too', async () => {
    const { turnstile, pass, waits, advance } = fake()
    const tasks = [busyTimes(1, 0), () => advance(5), () => 2].map((task) => turnstile.run(task))
    pass()
    expect(waits).toHaveLength(1)
    pass()
    await Promise.all(tasks)
    expect(waits).toHaveLength(0)
  })

  it('tells when no task waits', async () => {
    const { turnstile, pass } = fake()
    await turnstile.idle()
    let idle = false
    const waiting = turnstile.run(busyTimes(1, 'done'))
    const told = turnstile.idle().then(() => (idle = true))
    await Promise.resolve()
    expect(idle).toBe(false)
    pass()
    await waiting
    await told
  })
})
