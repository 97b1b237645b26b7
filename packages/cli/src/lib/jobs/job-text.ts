import { relative } from 'node:path'
import type { JobDescription } from '@lorc/jobs-registry'
import { count, duration } from '../render/quantity.ts'
import type { Style } from '../render/style.ts'
import { table } from '../render/table.ts'
import { displayWidth, harmless, oneLine, padEnd, wrap } from '../render/text.ts'
import { paramRows } from './param-rows.ts'

export interface ShownJob {
  description: JobDescription
  /** How it is called: `ingester extract_gmail`. */
  words: string
  /** Paths are shown relative to it. */
  cwd: string
  columns: number
}

/** All about a job: what it is, where, what it takes, and how to run it. */
export function jobText({ description, words, cwd, columns }: ShownJob, style: Style): string {
  const { package: packageName, version, job, file, export: name, summary, docs, retry, timeoutMs, params } = description
  const way = relative(cwd, file)
  const facts: [string, string][] = [
    ['package', `${packageName} ${version}`],
    ['location', `${way.startsWith('..') ? file : way}#${name}`],
    ['retries', retry.max === 1 ? 'none' : `${count(retry.max, 'attempt')} where an error may pass, the second after ${duration(retry.delayMs)}`],
    ['timeout', timeoutMs === undefined ? 'none' : duration(timeoutMs)],
  ]
  const parts = [
    `${style.bold(`${oneLine(packageName)}/${job}`)}\n${wrapped(summary ?? '', columns)}`,
    facts.map(([label, text]) => `${style.dim(padEnd(label, 8))}  ${oneLine(text)}\n`).join(''),
    paramsText(params, style, columns),
    docs === undefined || docs === summary ? '' : wrapped(Number.isFinite(columns) ? flowing(docs) : docs, columns),
    `${style.dim('also')}      --account, --since, --until\n${style.dim('run it')}    lorc run ${words}${requiredWords(params)}\n`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function paramsText(params: JobDescription['params'], style: Style, columns: number): string {
  if (params === null) return 'Its schema does not tell what it takes.\n'
  // A union, or a record of any names.
  if (params['properties'] === undefined) return 'What it takes has no fixed names: --json shows its JSON Schema.\n'
  const rows = paramRows(params).map(({ name, type, required, default: given, description = '' }) => ({
    cells: [oneLine(name), oneLine(type), required ? '(required)' : given === undefined ? '' : oneLine(JSON.stringify(given))],
    description: oneLine(description),
  }))
  if (rows.length === 0) return 'It takes no parameters.\n'
  const taken = LEFT.map((heading, at) => Math.max(...[heading, ...rows.map(({ cells }) => cells[at] ?? '')].map(displayWidth)) + 2)
  const room = Math.max(NARROWEST_DESCRIPTION, columns - taken.reduce((sum, width) => sum + width))
  const lines = rows.flatMap(({ cells, description }) =>
    wrap(description, room).map((text, nth) => [...cells.map((cell, at) => ({ text: nth === 0 ? cell : '', ...(at === 0 && { paint: style.bold }) })), { text }]),
  )
  return `${table([...LEFT, 'DESCRIPTION'], lines, style, { columns, narrow: ['TYPE', 'DEFAULT'], omit: [] })}\n`
}

const LEFT = ['PARAMETER', 'TYPE', 'DEFAULT'] as const
const NARROWEST_DESCRIPTION = 24

/** What it cannot be run without. */
function requiredWords(params: JobDescription['params']): string {
  return params === null ? '' : paramRows(params).filter(({ required }) => required).map(({ name }) => ` -p ${oneLine(name)}=...`).join('')
}

/** Without the line ends within a paragraph, which were made for another width. */
function flowing(text: string): string {
  return text.replaceAll(/(?<=\S)\n(?=[^\s*#>|`\d-])/g, ' ')
}

function wrapped(text: string, columns: number): string {
  return text === '' ? '' : `${wrap(harmless(text), columns).join('\n')}\n`
}
