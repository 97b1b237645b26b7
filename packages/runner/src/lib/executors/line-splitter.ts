/** Cuts a stream of text into lines. A piece is only looked at once, however long a line grows. */
export class LineSplitter {
  #parts: string[] = []

  /** The lines that `text` completes, without their ends. */
  push(text: string): string[] {
    const lines = text.split('\n')
    const rest = lines.pop() ?? ''
    if (lines.length > 0 && this.#parts.length > 0) {
      lines[0] = this.#parts.join('') + (lines[0] ?? '')
      this.#parts = []
    }
    if (rest !== '') this.#parts.push(rest)
    return lines
  }
}
