import { stripVTControlCharacters } from 'node:util'

/** Breaks text at spaces into lines of at most `width`; a longer word stands alone. Line ends in the text are kept. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    // Only the new word is measured: where nothing bounds a line, it may become as long as the whole text.
    let used = 0
    for (const word of paragraph.split(' ')) {
      const more = displayWidth(word)
      if (line === '') {
        line = word
        used = more
      } else if (used + 1 + more <= width) {
        line += ` ${word}`
        used += 1 + more
      } else {
        lines.push(line)
        line = word
        used = more
      }
    }
    return [...lines, line]
  })
}

/** Of ASCII: as wide as it is long, and harmless. */
const PRINTABLE = /^[\x20-\x7e]*$/

/** Columns that text takes on a terminal: colours take none, East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
  if (PRINTABLE.test(text)) return text.length
  const plain = stripVTControlCharacters(text)
  if (PRINTABLE.test(plain)) return plain.length
  let width = 0
  for (const { segment } of graphemes(plain)) width += graphemeWidth(segment)
  return width
}

/** Columns that the name of a step may take where a line has so many: a third, but at least 32. */
export function nameRoom(columns: number): number {
  return Math.max(32, Math.floor(columns / 3))
}

/** The beginning of plain text that fits in `width` columns, with `…` where something was cut off. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width <= 0) return ''
  let kept = ''
  let used = 1
  for (const { segment } of graphemes(text)) {
    used += graphemeWidth(segment)
    if (used > width) break
    kept += segment
  }
  return `${kept}…`
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** Text of unknown origin made harmless for a terminal: no escape sequences, no control characters, on one line. */
export function oneLine(text: string): string {
  if (PRINTABLE.test(text)) return text.trimEnd()
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd()
}

/** The same for text of several lines, which it keeps. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n]+/gu, ' ')
}

let segmenter: Intl.Segmenter | undefined
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

// Unicode TR11: the ranges of wide characters that occur in practice.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

function graphemeWidth(segment: string): number {
  if (/^\p{Mark}/u.test(segment)) return 0
  return WIDE.test(segment) || /\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u.test(segment) ? 2 : 1
}
