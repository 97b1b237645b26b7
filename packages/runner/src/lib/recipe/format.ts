import type { Problem } from './text/problem.ts'

const WIDTH = 100

/**
 * A problem for people:
 *
 *     recipe.yaml:7:5: `retry` has no field `maxx` [RECIPE_FIELD_UNKNOWN]
 *       7 |     maxx: 3
 *         |     ^^^^
 *         = did you mean `max`?
 */
export function formatProblem(problem: Problem, options: { color?: boolean } = {}): string {
  const paint = options.color === true ? ansi : plain
  const gutter = String(problem.line).length + 2
  const bar = paint.dim(`${' '.repeat(gutter)} |`)
  const place = paint.bold(`${printable(problem.file)}:${problem.line}:${problem.column}`)
  const lines = [`${place}: ${printable(problem.message)} ${paint.dim(`[${problem.code}]`)}`]
  if (problem.snippet !== '') {
    const { before, marked, after } = excerpt(problem)
    const space = ' '.repeat(columns(before))
    lines.push(`${paint.dim(`  ${problem.line} |`)} ${before}${marked}${after}`.trimEnd())
    lines.push(`${bar} ${space}${paint.red('^'.repeat(Math.max(1, columns(marked))))}`)
  }
  if (problem.fix !== undefined)
    lines.push(`${paint.dim(`${' '.repeat(gutter)} =`)} ${paint.green(printable(problem.fix))}`)
  return lines.join('\n')
}

/** The stretch of the line around the mark that fits the width, as printable text. */
function excerpt({ snippet, snippetColumn = 1, column, endColumn = column + 1 }: Problem) {
  const start = Math.min(column - snippetColumn, snippet.length)
  const end = Math.min(Math.max(endColumn - snippetColumn, start), snippet.length)
  const room = WIDTH - 20
  const from = start > room ? start - 40 : 0
  const to = Math.min(end, start + room)
  const cut = Math.max(to, from + WIDTH)
  return {
    before: (from > 0 || snippetColumn > 1 ? '...' : '') + printable(snippet.slice(from, start)),
    marked: printable(snippet.slice(start, to)),
    after: printable(snippet.slice(to, cut)) + (cut < snippet.length ? '...' : ''),
  }
}

/** Tabs as spaces; control characters, which could steer a terminal, as pictures. */
function printable(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (c) =>
      c < ' ' ? String.fromCodePoint(0x2400 + c.charCodeAt(0)) : '\uFFFD',
    )
}

/** East Asian wide characters (UAX 11), as far as they have code points of their own, and emoji. */
const WIDE = new RegExp(
  [
    '\\p{Emoji_Presentation}',
    '[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff]',
    '[\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]',
  ].join('|'),
  'u',
)

/** Columns that a text takes on a terminal: two for wide characters and emoji, none for marks. */
function columns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (WIDE.test(segment) || segment.includes('\uFE0F')) width += 2
    else if (!/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(segment)) width += 1
  }
  return width
}

const plain = { bold: same, dim: same, red: same, green: same }
const ansi = { bold: style(1, 22), dim: style(2, 22), red: style(31, 39), green: style(32, 39) }

function same(text: string): string {
  return text
}

function style(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`
}
