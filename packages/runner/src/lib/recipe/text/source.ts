import type { Finding, Problem } from './problem.ts'

const LONG_LINE = 2000
const CONTEXT = 200

/** The text of a recipe, and where in it an offset is. */
export class RecipeSource {
  readonly file: string
  readonly text: string
  #lineStarts: number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  get #starts(): readonly number[] {
    return (this.#lineStarts ??= lineStarts(this.text))
  }

  /** The line (0 for the first) that holds an offset. */
  lineOf(offset: number): number {
    const starts = this.#starts
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Where a range is. A range over several lines ends with its first one. */
  place(range: Finding['range']): Pick<Problem, 'line' | 'column' | 'endColumn' | 'snippet' | 'snippetColumn'> {
    const offset = Math.min(range[0], this.text.length)
    const line = this.lineOf(offset)
    const start = this.#starts[line]!
    const next = this.#starts[line + 1]
    let end = next === undefined ? this.text.length : next - 1
    if (end > start && this.text[end - 1] === '\r') end--
    const column = offset - start + 1
    const endColumn = Math.max(Math.min(range[1], end) - start + 1, column + 1)
    if (end - start <= LONG_LINE) return { line: line + 1, column, endColumn, snippet: this.text.slice(start, end) }
    const from = Math.max(start, offset - CONTEXT)
    const snippet = this.text.slice(from, Math.min(end, offset + CONTEXT))
    const snippetColumn = from - start + 1
    return { line: line + 1, column, endColumn, snippet, ...(snippetColumn === 1 ? {} : { snippetColumn }) }
  }

  problem(finding: Finding): Problem {
    const { code, message, fix, path, range } = finding
    return {
      code,
      message,
      file: this.file,
      ...this.place(range),
      ...(fix === undefined ? {} : { fix }),
      ...(path === undefined ? {} : { path }),
    }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
