import { describe, expect, it } from 'vitest'
import { CircuitBreaker, type CallOutcome } from './circuit-breaker.ts'

function calls(breaker: CircuitBreaker, outcome: CallOutcome, times: number, now = 0): void {
  for (let call = 0; call < times; call++) breaker.settle(breaker.admit(now)!, outcome, now)
}

describe('CircuitBreaker', () => {
  it('opens after five failures in a row, lets one call through after 30 s, and closes when that is answered', () => {
    const breaker = new CircuitBreaker()
    calls(breaker, 'failed', 4)
    expect(breaker.state(0)).toBe('closed')
    calls(breaker, 'failed', 1, 1000)
    expect([breaker.state(1000), breaker.admit(30_999), breaker.waitMs(30_000)]).toEqual(['open', undefined, 1000])
    expect([breaker.state(31_000), breaker.waitMs(31_000)]).toEqual(['half_open', 0])
    const probe = breaker.admit(31_000)!
    expect([probe, breaker.admit(31_000)]).toEqual([{ probe: true }, undefined])
    breaker.settle(probe, 'answered', 31_100)
    expect(breaker.state(31_100)).toBe('closed')
    calls(breaker, 'failed', 4, 31_200)
    expect(breaker.state(31_200)).toBe('closed')
  })

  it('counts failures in a row alone', () => {
    const breaker = new CircuitBreaker()
    for (let round = 0; round < 3; round++) {
      calls(breaker, 'failed', 4)
      calls(breaker, 'answered', 1)
    }
    expect(breaker.state(0)).toBe('closed')
  })

  it('stays open where the one call fails, and lets another one through where it came to no end', () => {
    const breaker = new CircuitBreaker()
    calls(breaker, 'failed', 5)
    breaker.settle(breaker.admit(30_000)!, 'abandoned', 30_000)
    expect(breaker.state(30_000)).toBe('half_open')
    breaker.settle(breaker.admit(30_000)!, 'failed', 30_000)
    expect([breaker.state(59_999), breaker.state(60_000)]).toEqual(['open', 'half_open'])
  })

  it('is not opened for longer by calls that were under way', () => {
    const breaker = new CircuitBreaker()
    const late = Array.from({ length: 6 }, () => breaker.admit(0)!)
    for (const admission of late.slice(0, 5)) breaker.settle(admission, 'failed', 0)
    breaker.settle(late[5]!, 'failed', 20_000)
    expect(breaker.state(30_000)).toBe('half_open')
    expect(breaker.admit(30_000)).toEqual({ probe: true })
    breaker.settle(late[0]!, 'abandoned', 30_000)
    expect(breaker.admit(30_000)).toBeUndefined()
  })
})
