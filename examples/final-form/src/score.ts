/** What the score is made of: fields of `earthquake/v1`. */
export interface Scored {
  magnitude: number
  depth_km: number
  tsunami: boolean
  felt: number
}

/** Of the formula: another one scores everything again. */
export const FORMULA = 'v1'

/**
 * How much an earthquake mattered, 0 to 100: half of it the magnitude (9 and above is all), a quarter how shallow it was (at
 * 300 km nothing is left), a fifth how many people reported it (by powers of ten, 10,000 is all), and 5 for a tsunami.
 */
export function score({ magnitude, depth_km, tsunami, felt }: Scored): number {
  const strong = clamp(magnitude / 9) * 50
  const shallow = clamp(1 - depth_km / 300) * 25
  const reported = clamp(Math.log10(1 + felt) / 4) * 20
  return Math.round((strong + shallow + reported + (tsunami ? 5 : 0)) * 10) / 10
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part))
}
