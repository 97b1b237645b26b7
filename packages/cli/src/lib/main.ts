import type { Command, ParsedValues, Surroundings } from './command-line/command.ts'
import { commandSections, findCommand, type FoundCommand } from './find-command.ts'
import type { Engine } from './engine.ts'
import { AboutRun } from './errors.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { commandHelp, groupHelp, overview, usageLine } from './command-line/help.ts'
import type { Io } from './io.ts'
import { parseWords } from './command-line/parse.ts'
import { reportOf } from './render/error-report.ts'
import { showError } from './render/show-error.ts'
import { createStyle, type Style, wantsColor } from './render/style.ts'
import { errorLine } from './driving/result-line.ts'
import { loadWorkspace } from './workspace.ts'

export interface MainOptions {
  io: Io
  engine: Engine
  /** Of lorc itself. */
  version: string
}

/**
 * Runs `lorc` with these words (without node and the script) and returns the exit status. Never throws: every error is
 * shown on stderr and, by commands that promise one, as a result line on stdout.
 */
export async function main(words: readonly string[], { io, engine, version }: MainOptions): Promise<number> {
  // Known before anything is parsed, so that errors of parsing follow them too.
  const before = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  const noColor = before.includes('--no-color')
  const out = createStyle(wantsColor(io.env, io.stdout, noColor))
  const err = createStyle(wantsColor(io.env, io.stderr, noColor))
  const debug = before.includes('--debug')
  let command: Command | undefined
  try {
    const found = findCommand(words)
    if (found.kind === 'version') {
      io.stdout.write(`${version}\n`)
      return EXIT.ok
    }
    if (found.kind !== 'command') return showHelp(found, io, out)
    command = await found.load()
    const values = parseOrExplain(found, command)
    if (values.options['help'] === true) return showCommandHelp(found.name, command, io, out)
    return await command.execute(values, surroundings(values, { io, engine, version, out, err, debug }))
  } catch (error) {
    return fail(error, { command, io, err, debug, jsonLog: wantsJsonLog(before) })
  }
}

function showHelp(found: Exclude<FoundCommand, { kind: 'command' | 'version' }>, io: Io, style: Style): number {
  if (found.kind === 'group') {
    io.stdout.write(groupHelp(found, style, io.stdout.columns))
    return EXIT.ok
  }
  // Help that was asked for is the output; help for want of a command is a complaint.
  const asked = found.kind === 'help'
  ;(asked ? io.stdout : io.stderr).write(overview(commandSections(), style, io.stdout.columns))
  return asked ? EXIT.ok : EXIT.usage
}

function showCommandHelp(name: string, command: Command, io: Io, style: Style): number {
  io.stdout.write(commandHelp(name, command, style, io.stdout.columns))
  return EXIT.ok
}

function parseOrExplain(found: Extract<FoundCommand, { kind: 'command' }>, command: Command): ParsedValues {
  try {
    return parseWords(found.words, command)
  } catch (error) {
    throw new UsageError(error, found.name, command)
  }
}

/** Wrong words, with the command they were given to. */
class UsageError extends Error {
  readonly command: Command
  readonly commandName: string

  constructor(cause: unknown, commandName: string, command: Command) {
    super('wrong usage', { cause })
    this.commandName = commandName
    this.command = command
  }
}

function surroundings(values: ParsedValues, base: Omit<Surroundings, 'workspace' | 'namedWorkspace'>): Surroundings {
  const { workspace } = values.options
  const chosen = typeof workspace === 'string' ? workspace : undefined
  let loaded: ReturnType<Surroundings['workspace']> | undefined
  return {
    ...base,
    namedWorkspace: chosen,
    workspace: () => {
      loaded ??= loadWorkspace(base.io.cwd, chosen, base.io.env)
      return loaded
    },
  }
}

interface Failing {
  command: Command | undefined
  io: Io
  err: Style
  debug: boolean
  jsonLog: boolean
}

function fail(error: unknown, { command, io, err, debug, jsonLog }: Failing): number {
  const report = reportOf(error instanceof UsageError || error instanceof AboutRun ? error.cause : error)
  if (error instanceof UsageError) {
    const { commandName: name } = error
    report.footer = `usage: ${usageLine(name, error.command)}\n       lorc ${name} --help explains it`
  }
  showError(report, { io, style: err, debug, json: jsonLog })
  const exitCode = exitCodeOf(report.code)
  if (command?.resultLine === true) {
    io.stdout.write(errorLine({ report, exitCode, step: null, runId: error instanceof AboutRun ? error.runId : null }))
  }
  return exitCode
}

function wantsJsonLog(words: readonly string[]): boolean {
  return words.includes('--log-format=json') || words[words.indexOf('--log-format') + 1] === 'json'
}
