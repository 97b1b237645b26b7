import type { TaskOptions } from './contender.ts'

/** Something that a case is measured of. */
export interface Entry {
  /** As it is shown; one name means one thing in all workloads. */
  name: string
  /** The module that opens it: a file of `contenders/`, or of `peers/` for what `pnpm bench` installs there. */
  module: `contenders/${string}.ts` | `peers/${string}.mjs`
  /** What the module is to open; default none. */
  variant?: string
  /** Does only this share of a case's size, where all of it would take minutes: what is shown is per unit. Default 1. */
  share?: number
  /** Takes part only in cases up to this size. */
  upTo?: number
}

/** One size of a workload. */
export interface Case {
  /** e.g. `1,000 steps`. */
  name: string
  /** The task that every entry does. */
  task: string
  size: number
  options?: TaskOptions
}

/** Median milliseconds for each unit of size, of an entry in a case (default: the target's); undefined: there is none. */
export type Medians = (entry: string, caseName?: string) => number | undefined

export interface Target {
  /** e.g. `at least 6,000/s`. */
  says: string
  /** The name of the case under which it is shown. */
  of: string
  /** How it went: what was reached, and whether that is enough; undefined when something was not measured. */
  judge: (medians: Medians) => Verdict | undefined
}

export interface Verdict {
  reached: string
  met: boolean
}

export interface Workload {
  name: string
  title: string
  /** How a time is shown: of the whole case, of each unit, or as units a second. Or what is not a time. */
  shows: 'ms' | 'ms each' | 'per second' | 'bytes each' | 'times'
  cases: readonly Case[]
  entries: readonly Entry[]
  /** What the others are compared with: an entry's name. */
  against: string
  targets: readonly Target[]
  /** What a reader has to know to judge the comparison. */
  notes?: readonly string[]
  /** Measured repetitions of each entry; default 5, at least. */
  repetitions?: number
}
