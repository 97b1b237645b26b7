import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'
import { eventName, ORDER_VARIABLE, type Phase, type SabotageOrder, type Spot, type Trace } from './sabotage-order.ts'

const given = isMainThread ? process.env[ORDER_VARIABLE] : undefined

/** What is to be done to this process; undefined: nothing. */
export const order = given === undefined ? undefined : (JSON.parse(given) as SabotageOrder)

export function trace(line: Trace): void {
  if (order?.trace !== undefined) appendFileSync(order.trace, `${JSON.stringify(line)}\n`)
}

/** Does what is ordered for this place. */
export function reach(phase: Phase, names: string[]): void {
  if (order === undefined) return
  const here = (spot: Spot | undefined): spot is Spot => spot?.phase === phase && names.includes(spot.at)
  if (here(order.clock)) {
    const { byMs } = order.clock
    delete order.clock
    shiftClock(byMs)
    trace({ done: 'clock', names })
  }
  if (here(order.stop)) {
    delete order.stop
    trace({ done: 'stop', names })
    process.kill(process.pid, 'SIGSTOP')
  }
  if (here(order.kill)) {
    trace({ done: 'kill', names })
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  }
}

function shiftClock(byMs: number): void {
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(Real.now() + byMs)
      else super(...(given as [number]))
    }

    static override now(): number {
      return Real.now() + byMs
    }
  } as DateConstructor
}

/** The names of the events that a batch of a journal's lines holds. */
export function eventsIn(lines: string): string[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => eventName(JSON.parse(line) as Parameters<typeof eventName>[0]))
}
