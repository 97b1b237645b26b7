/** Every code that the CLI itself reports, with its meaning. `docs/errors.md` lists the same codes. */
export const CLI_ERRORS = {
  CLI_COMMAND_UNKNOWN: 'There is no such command.',
  CLI_OPTION_UNKNOWN: 'The command has no such option.',
  CLI_OPTION_INVALID: 'The value of an option is missing or not of the form that the option takes.',
  CLI_ARGUMENT_MISSING: 'The command needs an argument that was not given.',
  CLI_ARGUMENT_UNEXPECTED: 'The command takes fewer arguments than were given.',
  CLI_WORKSPACE_MISSING: 'The folder that `--workspace` names does not exist, or the current one has been removed.',
  CLI_CONFIG_AMBIGUOUS: 'The workspace has more than one configuration file.',
  CLI_CONFIG_UNREADABLE: 'The configuration file cannot be read, parsed or imported.',
  CLI_CONFIG_INVALID: 'A setting in the configuration file is unknown or has a wrong value.',
  CLI_FILE_MISSING: 'A file named on the command line does not exist.',
  CLI_PARAMS_UNREADABLE: 'The file that `--params-file` names cannot be read, or holds no map of parameters.',
  CLI_FILE_EXISTS: 'A file that was to be written is there already.',
  CLI_TEMPLATE_UNKNOWN: 'There is no such template.',
  CLI_SCRIPTLET_UNKNOWN: 'A scriptlet is of no type that lorc runs.',
  CLI_RUN_UNKNOWN: 'No run has this id, or one that begins like this.',
  CLI_RUN_AMBIGUOUS: 'More than one run has an id that begins like this.',
  CLI_RECIPE_UNKNOWN: 'No run of a recipe of this name or file is kept.',
  CLI_STEP_UNKNOWN: 'The run has no step of this name.',
  CLI_KEY_UNKNOWN: 'The context of the run has no such key.',
  CLI_LOG_MISSING: 'The attempt has not begun, or it wrote no log.',
  CLI_OUTPUT_FAILED: 'Standard output, or a file that a command writes (`--output`, `init`, `keys lock`), could not be written.',
  CLI_RUN_DIFFERS: 'A run that was repeated came out differently.',
  CLI_CRASH_TEST_FAILED: 'A recipe does not complete even where nobody kills it.',
  CLI_DURATIONS_INVALID: 'A file of durations cannot be read as one.',
  CLI_DURATIONS_UNKNOWN: 'Nothing tells how long the steps of a recipe take.',
  CLI_INTERNAL: 'lorc itself failed; please report it.',
} as const

export type CliErrorCode = keyof typeof CLI_ERRORS

/** One of several things that are wrong with a file. Lines and columns count from 1. */
export interface CliProblem {
  code: string
  message: string
  fix?: string
  file?: string
  line?: number
  column?: number
  /** Exclusive, on the same line. */
  endColumn?: number
}

export interface CliErrorOptions {
  fix?: string
  cause?: unknown
  /** All that is wrong, where it is more than one sentence says. */
  problems?: readonly CliProblem[]
  /** Lines to show below the error as they are, e.g. the usage. */
  footer?: string
}

/** The error class of the CLI: `code` for programs, `message` for people, `fix` where one is known. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  readonly fix: string | undefined
  readonly problems: readonly CliProblem[]
  readonly footer: string | undefined

  constructor(code: CliErrorCode, message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.problems = options.problems ?? []
    this.footer = options.footer
  }
}

/** A recipe with problems: nothing was run. Its code is the first problem's. */
export class RecipeRefused extends Error {
  override readonly name = 'RecipeRefused'
  readonly code: string
  readonly problems: readonly CliProblem[]
  /** All problems with the offending lines; empty when there is no line to show: the message says it. */
  readonly show: (color: boolean) => string

  constructor(message: string, problems: readonly [CliProblem, ...CliProblem[]], show: (color: boolean) => string) {
    super(message)
    this.code = problems[0].code
    this.problems = problems
    this.show = show
  }
}

/** An error about a run that there is: the result line names the run. The cause says what went wrong. */
export class AboutRun extends Error {
  override readonly name = 'AboutRun'
  readonly runId: string

  constructor(runId: string, cause: unknown) {
    super(runId, { cause })
    this.runId = runId
  }
}
