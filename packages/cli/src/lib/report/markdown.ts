import { ownError } from '../explain/own-error.ts'
import { bytes, count, duration, timestamp } from '../render/quantity.ts'
import { oneLine, truncate } from '../render/text.ts'
import type { ReportData, StepRow } from './report-data.ts'

const SHOWN_FAILURES = 5
const SHOWN_STEPS = 30
const LOG_LINES = 10
const MARKS: Readonly<Record<string, string>> = {
  completed: '✅', failed: '❌', running: '▶️', blocked: '⛔', cancelled: '⏹️', skipped: '⏭️', waiting: '⏳',
}

/** The report in short, as GitHub-flavoured Markdown: good as a comment on a pull request. */
export function markdown(data: ReportData): string {
  return [...head(data), ...failures(data), ...time(data), ...steps(data), ...context(data), ...files(data)].join('\n') + '\n'
}

function head({ name, status, abandoned, totalMs, createdAt, counts, runId, recipe }: ReportData): string[] {
  const told = Object.entries(counts).map(([what, number]) => `${number} ${what}`).join(', ')
  const of = recipe === null ? '' : ` of ${code(recipe.path)}`
  return [
    `## ${MARKS[status] ?? ''} ${plain(name)}: ${status}${abandoned ? ', but nobody drives it' : ''}`,
    '',
    `${told} in ${duration(totalMs)}${of}, begun ${timestamp(createdAt)} (${code(runId)})`,
  ]
}

function failures(data: ReportData): string[] {
  const { story, steps: rows, commands, status } = data
  const own = ownError(data, story)
  const lines = own === null ? [] : ['', `**${own.code}**: ${plain(own.message)}`]
  for (const failure of story.failures.slice(0, SHOWN_FAILURES)) {
    const { step, error, attempts, blocks, tolerated } = failure
    const tries = attempts > 1 ? ` after ${attempts} attempts` : ''
    lines.push('', `### ${plain(step)} failed${tries}${tolerated ? ' (tolerated)' : ''}`, '', `**${error.code}**: ${plain(truncate(error.message, 600))}`)
    if (error.fix !== undefined) lines.push('', `**fix:** ${plain(error.fix)}`)
    const log = logOf(rows.find(({ name }) => name === step))
    if (log.length > 0) lines.push('', '<details><summary>the end of its log</summary>', '', ...fenced(log), '', '</details>')
    if (blocks.length > 0) lines.push('', `Because of it, ${count(blocks.length, 'step')} cannot begin: ${named(blocks)}`)
  }
  const more = story.failures.length - SHOWN_FAILURES
  if (more > 0) lines.push('', `${count(more, 'more step')} failed: ${named(story.failures.slice(SHOWN_FAILURES).map(({ step }) => step))}`)
  if (status !== 'completed' && commands.length > 0) lines.push('', ...fenced(commands.map(([line, does]) => `${line}  # ${does}`), 'sh'))
  return lines
}

function time({ path }: ReportData): string[] {
  if (path.length === 0) return []
  const longest = [...path].sort((a, b) => b.ranMs + b.waitedMs - a.ranMs - a.waitedMs).slice(0, 6)
  const chain = path.filter((step) => longest.includes(step)).map(({ step, ranMs, waitedMs }) => `${code(step)} ${duration(ranMs)}${waitedMs >= 5 ? ` (+ ${duration(waitedMs)} waiting)` : ''}`)
  return ['', `**Longest chain:** ${chain.join(' → ')}${path.length > longest.length ? ` (${count(path.length - longest.length, 'shorter link')} left out)` : ''}`]
}

function steps({ steps: rows }: ReportData): string[] {
  const telling = rows.filter(({ status, attempts }) => status !== 'completed' || attempts > 1)
  const slowest = [...rows].sort((a, b) => (b.took ?? 0) - (a.took ?? 0))
  const shown = new Set([...(rows.length <= SHOWN_STEPS ? rows : telling), ...slowest].slice(0, SHOWN_STEPS))
  const lines = rows.filter((row) => shown.has(row)).map((row) => {
    const note = row.error?.code ?? (row.blockedBy === undefined ? (row.cached ? 'cached' : (row.reason ?? '')) : `by ${row.blockedBy}`)
    return `| ${code(row.name)} | ${MARKS[row.status] ?? ''} ${row.status} | ${row.took === undefined ? '' : duration(row.took)} | ${row.attempts || ''} | ${plain(truncate(oneLine(note), 60))} |`
  })
  const left = rows.length - lines.length
  return ['', '| step | status | took | tries | |', '|---|---|--:|--:|---|', ...lines, ...(left > 0 ? ['', `${count(left, 'other step')} left out.`] : [])]
}

function context({ keys, keysLeft }: ReportData): string[] {
  if (keys.length === 0) return []
  const rows = keys.slice(0, SHOWN_STEPS).map(({ key, versions: [last] }) => `| ${code(key)} | ${code(truncate(oneLine((last?.text ?? '').replaceAll(/\s+/g, ' ')), 80))} | ${plain(last?.step ?? last?.who ?? '')} |`)
  const left = keys.length - rows.length + keysLeft
  return ['', '<details><summary>context</summary>', '', '| key | value | by |', '|---|---|---|', ...rows, ...(left > 0 ? ['', `${count(left, 'other key')} left out.`] : []), '', '</details>']
}

function files({ files: all }: ReportData): string[] {
  if (all.length === 0) return []
  const rows = all.slice(0, SHOWN_STEPS).map(({ path, bytes: size, sha256, step }) => `| ${code(path)} | ${bytes(size)} | ${code(sha256.slice(0, 16))} | ${plain(step)} |`)
  return ['', '<details><summary>files</summary>', '', '| file | size | sha256 | by |', '|---|--:|---|---|', ...rows, '', '</details>']
}

function logOf(row: StepRow | undefined): string[] {
  return (row?.log ?? '').trimEnd().split('\n').slice(-LOG_LINES).map(oneLine).filter((line) => line !== '')
}

/** A block that nothing in it ends. */
function fenced(lines: readonly string[], language = ''): string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...lines, fence]
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(code).join(', ')
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown
}

/** Text as text: no markup, no mention, no link, and no end of a table's cell. */
function plain(text: string): string {
  return oneLine(text.replaceAll(/\s+/g, ' ')).replaceAll(/[\\`*_[\]<>|#!~@&]/g, (sign) => `&#${sign.codePointAt(0) ?? 63};`)
}

function code(text: string): string {
  const line = oneLine(text).replaceAll('|', '\\|')
  const ticks = '`'.repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([found]) => found.length)) + 1)
  return ticks.length > 1 ? `${ticks} ${line} ${ticks}` : `\`${line}\``
}
