import { appendFileSync } from 'node:fs'
import type { LiveAttempt } from './attempt.ts'

/** Writes what an attempt printed whose outcome was refused into the file of its log: the journal has it only of one that completes. */
export function keepRefusedLog(attempt: LiveAttempt, log: readonly string[] | undefined): void {
  if (!log?.length) return
  const { mask } = attempt
  const lines = mask ? log.map((line) => mask.text(line)) : log
  try {
    appendFileSync(attempt.logPath, `${lines.join('\n')}\n`)
  } catch {
    // Why the attempt failed is told anyway.
  }
}
