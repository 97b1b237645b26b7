import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContextError } from './errors.ts'
import { nextVersion, parseKey } from './key.ts'

function refusal(key: unknown, longest?: number): ContextError {
  try {
    parseKey(key as string, longest)
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('the key was accepted')
}

describe('parseKey', () => {
  it.each([
    ['numbers.stats_v1', { namespace: 'numbers', entity: 'stats', version: 1 }],
    ['sales.eu.daily_totals_v12', { namespace: 'sales.eu', entity: 'daily_totals', version: 12 }],
    ['a1.b2_c3_v999999999', { namespace: 'a1', entity: 'b2_c3', version: 999_999_999 }],
    ['_runner.step_metrics_v1', { namespace: '_runner', entity: 'step_metrics', version: 1 }],
  ])('takes %s apart', (key, parts) => {
    expect(parseKey(key)).toEqual(parts)
  })

  it.each([
    ['Numbers.Stats', 'numbers.stats_v1'],
    ['numbers.stats', 'numbers.stats_v1'],
    ['numbers.stats_v0', 'numbers.stats_v1'],
    ['numbers.stats_v02', 'numbers.stats_v2'],
    ['numbers.statsV3', 'numbers.stats_v3'],
    ['numbers.stats.v2', 'numbers.stats_v2'],
    ['numbers/daily-stats_v1', 'numbers.daily_stats_v1'],
    ['salesEU.HTTPStats_v1', 'sales_eu.http_stats_v1'],
    [' numbers..stats__all_v1 ', 'numbers.stats_all_v1'],
    ['_private.stats_v1', 'private.stats_v1'],
    ['numbers._runner_v1', 'numbers.runner_v1'],
  ])('refuses %s and proposes %s', (key, proposal) => {
    const error = refusal(key)
    expect(error.code).toBe('CONTEXT_KEY_MALFORMED')
    expect(error.message).toContain(JSON.stringify(key))
    expect(error.fix).toBe(`Write ${proposal}`)
    expect(error.details).toEqual({ proposal })
    expect(() => parseKey(proposal)).not.toThrow()
  })

  const hopeless = ['', '.', 'stats_v1', 'v1', '.v1', 'été', '2020.b_v1', 'a.b_v9999999999', 'Constructor.B']
  it.each(hopeless)('refuses %j and proposes nothing that cannot be derived', (key) => {
    const error = refusal(key)
    expect(error.code).toBe('CONTEXT_KEY_MALFORMED')
    expect(error.fix).toContain('numbers.stats_v1')
    expect(error.details).toBeUndefined()
  })

  it.each(['constructor.stats_v1', 'a.prototype.stats_v1', 'numbers.constructor_v1', 'numbers.prototype_v2'])(
    'refuses the reserved name in %s',
    (key) => {
      expect(refusal(key)).toMatchObject({ code: 'CONTEXT_NAME_FORBIDDEN', key })
    },
  )

  it.each(['__proto__', '__proto__.stats_v1', 'numbers.__proto___v1', 'numbers.stats_v1\n'])('refuses %j', (key) => {
    expect(refusal(key).code).toBe('CONTEXT_KEY_MALFORMED')
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [['a.b_v1'], 'array'],
  ])('refuses %j, which is not a string', (key, shown) => {
    expect(refusal(key)).toMatchObject({ code: 'CONTEXT_KEY_MALFORMED' })
    expect(refusal(key).message).toContain(`not ${shown}`)
  })

  it('refuses a key that is too long, without repeating all of it', () => {
    const error = refusal(`numbers.${'x'.repeat(10_000)}_v1`)
    expect(error.code).toBe('CONTEXT_KEY_MALFORMED')
    expect(error.message).toContain('10011 characters')
    expect(error.message.length).toBeLessThan(200)
    expect(refusal('numbers.stats_v1', 15).message).toContain('at most 15')
    expect(refusal('Numbers.Stats', 15).details).toBeUndefined()
  })

  it('accepts or refuses any text with a code, and proposes only good keys', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_./-]{0,40}$/))
    fc.assert(
      fc.property(text, (key) => {
        try {
          const { namespace, entity, version } = parseKey(key)
          expect(`${namespace}.${entity}_v${version}`).toBe(key)
        } catch (error) {
          if (!(error instanceof ContextError)) throw error
          const proposal = error.details?.proposal
          if (typeof proposal === 'string') expect(() => parseKey(proposal)).not.toThrow()
        }
      }),
    )
  })
})

describe('nextVersion', () => {
  it('counts the version up', () => {
    expect(nextVersion('sales.eu.totals_v9')).toBe('sales.eu.totals_v10')
  })

  it('refuses a malformed key', () => {
    expect(() => nextVersion('totals')).toThrow(ContextError)
  })
})
