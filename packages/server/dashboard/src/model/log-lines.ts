/** A line that an attempt printed. */
export interface LogLine {
  step: string
  attempt: number
  text: string
}

/** More lines than these are not kept: the first ones go. */
const MOST_LINES = 300_000

const [BELL, ESCAPE] = [String.fromCharCode(7), String.fromCharCode(27)]
/** What begins a colour in a terminal, a link, another set of signs, and the like (ECMA-48). */
const COLOURS = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)|[ -/]*[0-~])`, 'g')

/** Lines of logs as they come, cut anywhere: a JSON object a line. */
export class LogLines {
  readonly lines: LogLine[] = []
  /** Of the first lines, so many are kept no more. */
  dropped = 0
  #rest = ''

  /** Takes text in; returns how many lines it completed. */
  push(chunk: string): number {
    const parts = (this.#rest + chunk).split('\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) {
      if (part !== '') this.lines.push(lineOf(part))
    }
    const over = this.lines.length - MOST_LINES
    if (over > 0) {
      this.lines.splice(0, over)
      this.dropped += over
    }
    return parts.length
  }
}

function lineOf(json: string): LogLine {
  const { step, attempt, text } = JSON.parse(json) as LogLine
  return { step, attempt, text: lastState(text.replace(COLOURS, '')) }
}

/** What stands in a line at last that was written anew again and again, as those of progress are. */
function lastState(text: string): string {
  if (!text.includes('\r')) return text
  return text.split('\r').findLast((state) => state.trim() !== '') ?? ''
}

/** Positions of the lines that hold every word, in either case; undefined: all do. */
export function findLines(lines: readonly LogLine[], wanted: string): number[] | undefined {
  const words = wordsOf(wanted)
  if (words.length === 0) return undefined
  const found: number[] = []
  for (const [position, { text }] of lines.entries()) {
    const lower = text.toLowerCase()
    if (words.every((word) => lower.includes(word))) found.push(position)
  }
  return found
}

export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '')
}

/** A text cut where it holds one of the words: what is between two cuts alternates, beginning with what does not fit. */
export function cutAtWords(text: string, words: readonly string[]): string[] {
  if (words.length === 0) return [text]
  const lower = text.toLowerCase()
  // Where lower case has another length (`İ`), places in it are not places in the text.
  if (lower.length !== text.length) return [text]
  const parts: string[] = []
  let at = 0
  while (at <= text.length) {
    let from = -1
    let length = 0
    for (const word of words) {
      const place = lower.indexOf(word, at)
      if (place >= 0 && (from < 0 || place < from || (place === from && word.length > length))) [from, length] = [place, word.length]
    }
    if (from < 0) break
    parts.push(text.slice(at, from), text.slice(from, from + length))
    at = from + length
  }
  parts.push(text.slice(at))
  return parts
}
