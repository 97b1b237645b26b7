/** What a recipe may cost before anything of it is believed. */
export interface RecipeLimits {
  /** Bytes of the file. Default 64 MiB: enough for 100,000 steps. */
  bytes: number
  /** YAML tokens (keys, values, spaces, line ends). Default 8 million, which take about 2 GB while they are read. */
  tokens: number
  /** Lists and maps inside each other. Default 64. */
  depth: number
  /** Values that aliases may add, as a multiple of the values that the file holds, and at least 100,000. Default 10. */
  aliasGrowth: number
  /** Problems that are listed; the rest is counted. Default 1000. */
  problems: number
}

export const DEFAULT_LIMITS: RecipeLimits = {
  bytes: 64 * 2 ** 20,
  tokens: 8_000_000,
  depth: 64,
  aliasGrowth: 10,
  problems: 1000,
}
