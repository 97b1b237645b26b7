import { inspect } from 'node:util'

/** What a module threw, in words: any value may be thrown, and an error may say nothing. */
export function thrownText(thrown: unknown): string {
  const text: unknown = thrown instanceof Error ? thrown.message || thrown.name : thrown
  return typeof text === 'string' ? text : inspect(text, { depth: 2, breakLength: Infinity })
}
