import { styleText } from 'node:util'
import type { Io, Output } from '../io.ts'

type Paint = (text: string) => string

/** How text is marked on one stream: by colours, or (plain) not at all. */
export interface Style {
  readonly color: boolean
  bold: Paint
  dim: Paint
  red: Paint
  green: Paint
  yellow: Paint
  cyan: Paint
}

const FORMATS = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const

export function createStyle(color: boolean): Style {
  const paints = FORMATS.map((format): [string, Paint] => [
    format,
    color ? (text) => styleText(format, text, { validateStream: false }) : (text) => text,
  ])
  return { color, ...(Object.fromEntries(paints) as Record<(typeof FORMATS)[number], Paint>) }
}

/**
 * Whether to colour what goes to `stream`: `--no-color`, then FORCE_COLOR (unless 0), NO_COLOR (unless empty,
 * https://no-color.org) and TERM=dumb, else whether it is a terminal.
 */
export function wantsColor(env: Io['env'], stream: Pick<Output, 'isTTY'>, noColorOption: boolean): boolean {
  if (noColorOption) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  const no = env['NO_COLOR']
  if (no !== undefined && no !== '') return false
  return stream.isTTY && env['TERM'] !== 'dumb'
}
