interface OptionBase {
  readonly summary: string
  /** One letter. */
  readonly short?: string
}

/**
 * `list`: may be repeated, may hold commas, and takes all words up to the next option. `repeated`: may be repeated, a
 * value each time, as it is.
 */
export type OptionSpec =
  | (OptionBase & { readonly kind: 'flag' })
  | (OptionBase & { readonly kind: 'text'; readonly label: string; readonly default?: string })
  | (OptionBase & { readonly kind: 'integer'; readonly label: string; readonly min: number; readonly max?: number; readonly default?: number })
  | (OptionBase & { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: string })
  | (OptionBase & { readonly kind: 'list' | 'repeated'; readonly label: string })

export type OptionSpecs = Readonly<Record<string, OptionSpec>>
