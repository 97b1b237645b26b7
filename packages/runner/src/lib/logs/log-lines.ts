import { createReadStream, readFileSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** A line longer than this many characters comes in pieces. */
export const LONGEST_LINE = 65_536

/**
 * The lines of a log file, in chunks, without their line ends; none when there is no file. Bytes that are not UTF-8 come
 * as U+FFFD. Holds no more than a chunk and a line, however large the file is.
 */
export async function* readLines(file: string): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      const parts = (rest + decoder.write(chunk)).split('\n')
      rest = parts.pop()!
      const lines = parts.flatMap(inPieces)
      for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE)) lines.push(rest.slice(0, LONGEST_LINE))
      if (lines.length > 0) yield lines
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  rest += decoder.end()
  if (rest !== '') yield inPieces(rest)
}

/** As `readLines`, at once: the lines of a file of at most so many bytes; undefined: it has more. */
export function linesOf(file: string, mostBytes: number): string[] | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) return []
  if (found.size > mostBytes) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.flatMap(inPieces)
}

function inPieces(line: string): string[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  if (text.length <= LONGEST_LINE) return [text]
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += LONGEST_LINE) pieces.push(text.slice(at, at + LONGEST_LINE))
  return pieces
}
