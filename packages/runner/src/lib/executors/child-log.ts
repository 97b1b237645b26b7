import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { RunHandle, RunResult } from '../api.ts'

const LINES = 4
const BYTES = 4096

/** The last lines of what the step printed that failed a run; none where there are none. */
export function lastLinesOf(run: Pick<RunHandle, 'logPath'>, { failedStep, steps }: RunResult): string[] {
  const step = steps.find(({ name }) => name === failedStep)
  if (step === undefined) return []
  const lines = step.log ?? endOf(run.logPath(step.name, step.attempts)).split(/\r?\n/)
  return lines.filter((line) => line.trim() !== '').slice(-LINES)
}

function endOf(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return ''
  const from = Math.max(0, size - BYTES)
  const opened = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(BYTES)
    const text = bytes.toString('utf8', 0, readSync(opened, bytes, 0, BYTES, from))
    return from > 0 ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    closeSync(opened)
  }
}
