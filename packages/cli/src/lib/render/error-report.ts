import { CliError, type CliProblem, RecipeRefused } from '../errors.ts'
import type { Style } from './style.ts'
import { harmless, wrap } from './text.ts'

/** What there is to say about anything thrown. */
export interface ErrorReport {
  code: string
  message: string
  fix: string | undefined
  problems: readonly CliProblem[]
  footer: string | undefined
  stack: string | undefined
  /** The lines that it is about, as they are. */
  excerpt?: string
  /** What stands before the message instead of `error[CODE]:`. */
  title?: string
  /** The problems as whoever found them shows them, instead of a line each. */
  show?: (color: boolean) => string
}

const CODED = new Set(['CliError', 'RunnerError', 'ContextError', 'EventError', 'RegistryError', 'ServerError'])

/** Coded errors say what they are; anything else is a fault of lorc's own: CLI_INTERNAL. */
export function reportOf(error: unknown): ErrorReport {
  const stack = error instanceof Error ? stackOf(error) : undefined
  if (error instanceof CliError) {
    const { code, message, fix, problems, footer } = error
    return { code, message, fix, problems, footer, stack }
  }
  if (error instanceof RecipeRefused) {
    const { code, message, problems, show } = error
    const fix = show(false) === '' ? problems[0]?.fix : undefined
    return { code, message, fix, problems, footer: undefined, stack: undefined, show }
  }
  if (error instanceof Error && CODED.has(error.name)) {
    const { code, fix, details } = error as Error & { code?: unknown; fix?: unknown; details?: unknown }
    if (typeof code === 'string') {
      const listed = listedIn(details)
      const known = code === 'PARAMS_INVALID' ? listed[0] && fixOf(listed[0]) : fix
      const report = { code, message: error.message, fix: typeof known === 'string' ? known : undefined, problems: problemsOf(code, listed), footer: undefined, stack }
      return { ...report, ...excerptOf(details) }
    }
  }
  return {
    code: 'CLI_INTERNAL',
    message: `lorc itself failed: ${error instanceof Error ? error.message : String(error)}`,
    fix: 'run the command again with --debug and report what it shows',
    problems: [],
    footer: undefined,
    stack,
  }
}

function excerptOf(details: unknown): { excerpt?: string } {
  const excerpt = typeof details === 'object' && details !== null && 'snippet' in details ? details.snippet : undefined
  return typeof excerpt === 'string' ? { excerpt } : {}
}

interface Listed {
  name?: string
  message: string
  missing?: true
  fix?: string
}

/** What `details.problems` lists. */
function listedIn(details: unknown): readonly Listed[] {
  const listed = typeof details === 'object' && details !== null && 'problems' in details ? details.problems : undefined
  return Array.isArray(listed) ? (listed as Listed[]) : []
}

/** The problems, where they are more than the message says. */
function problemsOf(code: string, listed: readonly Listed[]): CliProblem[] {
  if (listed.length < 2) return []
  return listed.map((one) => {
    const fix = fixOf(one)
    return { code, message: one.message, ...(fix !== undefined && { fix }) }
  })
}

/** A parameter that is missing is given by an option here. */
function fixOf({ name, missing, fix }: Listed): string | undefined {
  return missing === true && name !== undefined ? `give it: --param ${name}=...` : fix
}

/** `error[CODE]: sentence`, one line for each problem and `fix: ...`, wrapped at `columns`, with a line end. */
export function errorParagraph(report: ErrorReport, style: Style, columns: number, debug: boolean): string {
  const head = report.title ?? `error[${report.code}]:`
  const [first = '', ...more] = wrap(`${head} ${harmless(report.message)}`, columns)
  const lines = [first.replace(head, style.bold(style.red(head))), ...more]
  const shown = report.show?.(style.color) ?? ''
  if (shown !== '') return `${shown}\n\n${lines.join('\n')}\n`
  for (const problem of report.show === undefined ? report.problems : []) {
    const place = problem.file === undefined ? '' : `${location(problem)}: `
    const fix = problem.fix === undefined ? '' : ` (${problem.fix})`
    lines.push(...indented(harmless(`${place}${problem.message}${fix}`), columns))
  }
  if (report.excerpt !== undefined) lines.push(...harmless(report.excerpt).split('\n').map((line) => `    ${line}`))
  if (report.fix !== undefined) {
    const [label, ...rest] = wrap(`fix: ${harmless(report.fix)}`, columns)
    lines.push((label ?? '').replace('fix:', style.bold(style.cyan('fix:'))), ...rest)
  }
  if (report.footer !== undefined) lines.push(report.footer)
  if (debug && report.stack !== undefined) lines.push(style.dim(report.stack))
  return `${lines.join('\n')}\n`
}

/** `file:line:column`, as far as they are known. */
export function location(problem: CliProblem): string {
  return [problem.file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':')
}

function indented(text: string, columns: number): string[] {
  return wrap(text, columns - 4).map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`))
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
