import { ContextError } from './errors.ts'
import { show } from './json-path.ts'

/** Who writes: a person, program or scriptlet, and the step attempt that it acts for, if it is one. */
export interface Author {
  /** Not blank, at most 200 characters. */
  who: string
  step?: string
  /** 1 for the first. */
  attempt?: number
}

const LONGEST = 200

/** A frozen copy of an author. Throws CONTEXT_AUTHOR_INVALID. */
export function checkAuthor(by: unknown): Readonly<Author> {
  const { who, step, attempt } = fieldsOf(by)
  const author: Author = { who: checkWho(who) }
  if (step !== undefined) author.step = checkName(step, 'step')
  if (attempt !== undefined) {
    if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1) {
      throw invalid(`An attempt is a whole number from 1 on, not ${show(attempt)}`)
    }
    author.attempt = attempt
  }
  return Object.freeze(author)
}

/** The name of who writes. Throws CONTEXT_AUTHOR_INVALID. */
export function checkWho(who: unknown): string {
  if (who === undefined || who === null || who === '') {
    throw invalid('A write to the context must say who makes it', 'Pass { who }: the name of the scriptlet or person.')
  }
  return checkName(who, 'who')
}

/** Writers with the same identity never conflict: it is the step, or, outside of steps, `who`. */
export function identityOf(author: Readonly<Author>): string {
  return author.step === undefined ? `who ${author.who}` : `step ${author.step}`
}

function checkName(name: unknown, field: string): string {
  if (typeof name !== 'string') throw invalid(`"${field}" must be a string, not ${show(name)}`)
  if (name.trim() === '' || name.length > LONGEST || !name.isWellFormed()) {
    throw invalid(`"${field}" must be a text that is not blank, with at most ${LONGEST} characters`)
  }
  return name
}

function fieldsOf(by: unknown): { who?: unknown; step?: unknown; attempt?: unknown } {
  return typeof by === 'object' && by !== null ? by : {}
}

function invalid(message: string, fix?: string): ContextError {
  return new ContextError('CONTEXT_AUTHOR_INVALID', message, fix === undefined ? {} : { fix })
}
