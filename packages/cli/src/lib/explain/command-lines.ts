import type { Style } from '../render/style.ts'
import { displayWidth, padEnd } from '../render/text.ts'
import type { NextCommand } from './next-commands.ts'

/** The commands, each with what it does beside it, or below it where the line is too long. */
export function commandLines(commands: readonly NextCommand[], style: Style, columns: number): string[] {
  if (commands.length === 0) return []
  const short = commands.map(([line]) => displayWidth(line)).filter((width) => width <= columns / 2)
  const widest = Math.max(0, ...short)
  const lines = commands.flatMap(([line, does]) => {
    const beside = [padEnd(line, widest), line].find((padded) => displayWidth(padded) + displayWidth(does) + 4 <= columns)
    if (beside === undefined) return [`  ${style.cyan(line)}`, `      ${style.dim(does)}`]
    return [`  ${style.cyan(beside)}  ${style.dim(does)}`]
  })
  return ['', style.bold('what to do next'), ...lines]
}
