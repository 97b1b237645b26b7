import type { ErrorCode } from '../../errors.ts'

/** What is wrong with a recipe, where, and what to do about it. */
export interface Problem {
  code: ErrorCode
  /** One sentence. */
  message: string
  /** As the caller named it. */
  file: string
  /** 1 for the first. */
  line: number
  /** 1 for the first; counts UTF-16 code units, as editors do. A byte order mark does not count. */
  column: number
  /** Exclusive, on the same line. */
  endColumn?: number
  /** The offending line without its line end; of a very long line the part around `column`. */
  snippet: string
  /** The column that `snippet` starts at, where it is not 1. */
  snippetColumn?: number
  /** What the person can do about it. */
  fix?: string
  /** Where in the recipe's data, e.g. `steps[2].retry.max`. */
  path?: string
}

/** A problem before it is placed: `range` holds offsets into the text, the end exclusive. */
export interface Finding {
  code: ErrorCode
  message: string
  range: readonly [start: number, end: number]
  fix?: string
  path?: string
  /** The path of the field that an unknown field seems to stand for. */
  meant?: string
}

export type RecipePath = readonly (string | number)[]
