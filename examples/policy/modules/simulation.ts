import { multiplierRange, type Economy } from './economies.ts'

export interface Change {
  vatRate: number
  years: number
  /** What the draws of the multiplier begin with. */
  seed: number
}

export interface Simulation {
  /** A year of growth, on average over the horizon: the middle of the draws. */
  gdp_growth: number
  /** Four draws of five lie between these. */
  gdp_growth_range: [low: number, high: number]
  /** Of the last year, against no change, as a share. */
  gdp_level_change: number
  /** Of GDP, a year. */
  revenue_change: number
  /** GDP, where the year before the change is 100. */
  path: { year: number; trend: number; changed: number }[]
}

const DRAWS = 1000
/** The part of the effect that is there at the end of year 1, 2, ... */
const PHASE_IN = [0.5, 1]

/**
 * What a change of the VAT rate does, in a model that anybody can follow: revenue moves with the rate over an unchanged base,
 * and GDP moves against revenue by a multiplier, which is drawn, over two years. It knows nothing of evasion, prices, or what
 * the money is spent on.
 */
export function simulate(economy: Economy, { vatRate, years, seed }: Change): Simulation {
  const revenueChange = economy.vatRevenue * (vatRate / economy.vatRate - 1)
  const random = generator(seed)
  const [least, most] = multiplierRange
  const effects = Array.from({ length: DRAWS }, () => -(least + (most - least) * random()) * revenueChange).sort((a, b) => a - b)
  const trend = (year: number): number => (1 + economy.trendGrowth) ** year
  const level = (year: number, effect: number): number => trend(year) * (1 + effect * (PHASE_IN[year - 1] ?? 1))
  const growth = (effect: number): number => level(years, effect) ** (1 / years) - 1
  const at = (share: number): number => effects[Math.round(share * (DRAWS - 1))]!
  return {
    gdp_growth: round(growth(at(0.5))),
    gdp_growth_range: [round(growth(at(0.1))), round(growth(at(0.9)))],
    gdp_level_change: round(level(years, at(0.5)) / trend(years) - 1),
    revenue_change: round(revenueChange),
    path: Array.from({ length: years + 1 }, (_, year) => ({ year, trend: round(100 * trend(year)), changed: round(100 * (year === 0 ? 1 : level(year, at(0.5)))) })),
  }
}

/** Numbers in [0, 1) that follow from a seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0
}
