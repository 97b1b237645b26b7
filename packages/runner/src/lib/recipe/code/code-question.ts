import type { ErrorCode } from '../../errors.ts'
import type { RecipePath } from '../text/problem.ts'

/** What is wrong with what a step names. */
export interface CodeFault {
  code: ErrorCode
  message: string
  fix?: string | undefined
  /** The field of the step that is at fault, where it is not the one that was looked at. */
  field?: 'function'
}

/** Something to look up; the same `key` is asked once. */
export interface CodeQuestion {
  at: RecipePath
  key: string
  ask: () => Promise<CodeFault | undefined>
}
