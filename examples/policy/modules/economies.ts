/** What the model knows of an economy. Shares are of GDP, per year. */
export interface Economy {
  name: string
  /** The rate of the value added tax that the revenue goes with. */
  vatRate: number
  vatRevenue: number
  /** Growth of GDP without a change of policy. */
  trendGrowth: number
  sources: string[]
}

export const economies: Readonly<Record<string, Economy>> = {
  DR: {
    name: 'Dominican Republic',
    vatRate: 0.18,
    vatRevenue: 0.05,
    trendGrowth: 0.051,
    sources: [
      'ITBIS revenue of 5.0% of GDP in 2023: IMF, Technical Assistance Report 2025/095 (RA-GAP)',
      'Growth of 5.1% a year, 1993 to 2021: OECD, Multi-dimensional Review of the Dominican Republic (2022)',
    ],
  },
}

/**
 * Fall of GDP for a tax rise of 1% of GDP: the range of "medium" multipliers of N. Batini, L. Eyraud, L. Forni, A. Weber, Fiscal
 * Multipliers: Size, Determinants, and Use in Macroeconomic Projections, IMF Technical Note 2014/04.
 */
export const multiplierRange = [0.4, 0.6] as const
