import { describe, expect, it } from 'vitest'
import { chart } from './chart.ts'
import { economies } from './economies.ts'
import { simulate, type Change } from './simulation.ts'

const dr = economies['DR']!
const change = (more: Partial<Change> = {}): Change => ({ vatRate: 0.16, years: 5, seed: 42, ...more })

describe('simulate', () => {
  it('changes nothing where the rate stays', () => {
    const { gdp_growth: growth, gdp_level_change: level, revenue_change: revenue, path } = simulate(dr, change({ vatRate: 0.18 }))
    expect([growth, level, revenue]).toEqual([dr.trendGrowth, 0, 0])
    for (const { trend, changed } of path) expect(changed).toBe(trend)
  })

  it('moves revenue with the rate, and GDP against revenue by a multiplier of the range', () => {
    const { revenue_change: revenue, gdp_level_change: level, gdp_growth_range: [low, high], gdp_growth: growth } = simulate(dr, change())
    expect(revenue).toBeCloseTo(dr.vatRevenue * (0.16 / 0.18 - 1), 6)
    expect(-level / revenue).toBeGreaterThan(0.4)
    expect(-level / revenue).toBeLessThan(0.6)
    expect(low).toBeLessThan(growth)
    expect(growth).toBeLessThan(high)
    expect(growth).toBeGreaterThan(dr.trendGrowth)
    expect(simulate(dr, change({ vatRate: 0.2 })).gdp_growth).toBeLessThan(dr.trendGrowth)
  })

  it('phases the effect in over two years', () => {
    const { path, gdp_level_change: level } = simulate(dr, change())
    const effects = path.map(({ trend, changed }) => changed / trend - 1)
    expect(effects[0]).toBe(0)
    expect(effects[1]).toBeCloseTo(level / 2, 6)
    for (const effect of effects.slice(2)) expect(effect).toBeCloseTo(level, 6)
  })

  it('draws the same from the same seed, and something else from another', () => {
    expect(simulate(dr, change())).toEqual(simulate(dr, change()))
    expect(simulate(dr, change({ seed: 1 })).gdp_growth_range).not.toEqual(simulate(dr, change()).gdp_growth_range)
  })
})

it('draws both paths, and escapes the title', () => {
  const svg = chart('GDP <of> A & B', simulate(dr, change({ years: 3 })))
  expect(svg).toContain('GDP &lt;of> A &amp; B')
  expect(svg.match(/<polyline/g)).toHaveLength(2)
  expect(svg).not.toContain('NaN')
})
