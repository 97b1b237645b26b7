import type { Engine } from '../engine.ts'
import type { Io } from '../io.ts'
import type { OptionSpec, OptionSpecs } from './option-spec.ts'
import type { Style } from '../render/style.ts'
import type { LoadedWorkspace } from '../workspace.ts'

/** What a command takes by position, in order. Only the last one may be `many`. */
export interface ArgumentSpec {
  /** As the usage line shows it, e.g. `FILE`. */
  readonly label: string
  readonly summary: string
  readonly required: boolean
  readonly many?: boolean
  readonly mayBeEmpty?: boolean
}

export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>

type ArgumentValue<S extends ArgumentSpec> = S extends { many: true }
  ? string[]
  : S extends { required: true }
    ? string
    : string | undefined
type OptionValue<S extends OptionSpec> = S extends { kind: 'flag' }
  ? boolean
  : S extends { kind: 'list' | 'repeated' }
    ? string[]
    : S extends { kind: 'choice'; choices: infer C extends readonly string[] }
      ? S extends { default: string }
        ? C[number]
        : C[number] | undefined
      : S extends { kind: 'integer' }
        ? S extends { default: number }
          ? number
          : number | undefined
        : S extends { default: string }
          ? string
          : string | undefined

/** What was given on the command line, checked against the specs. Options have their long names, as specified. */
export interface ParsedValues {
  arguments: Record<string, string | string[] | undefined>
  options: Record<string, string | number | boolean | string[] | undefined>
}

/** Options that every command has. */
export const GLOBAL_OPTIONS = {
  workspace: {
    kind: 'text',
    label: 'DIR',
    short: 'C',
    summary: 'The workspace. Default: the nearest folder upward with a lorc.config file, else the current folder',
  },
  'no-color': { kind: 'flag', summary: 'No colours (also: NO_COLOR=1; FORCE_COLOR=1 for the opposite)' },
  debug: { kind: 'flag', summary: 'Show the stack trace of an error' },
  help: { kind: 'flag', short: 'h', summary: 'Show this help' },
} as const satisfies OptionSpecs

/** `--json`, for the commands that list or show. */
export const JSON_OPTION = {
  json: { kind: 'flag', summary: 'Print JSON, for programs' },
} as const satisfies OptionSpecs

/** `--children`, for the commands that look at many runs. */
export const CHILDREN_OPTION = {
  children: { kind: 'flag', summary: 'Runs that steps of other runs (type: recipe) started, too' },
} as const satisfies OptionSpecs

/** What a command gets to work with besides its own arguments and options. */
export interface Surroundings {
  readonly io: Io
  readonly engine: Engine
  readonly debug: boolean
  /** Of lorc itself. */
  readonly version: string
  /** For stdout and for stderr: coloured where that stream is a terminal, or as asked. */
  readonly out: Style
  readonly err: Style
  /** What `--workspace` says, as written. */
  readonly namedWorkspace: string | undefined
  /** Finds the workspace and reads its configuration; once. */
  workspace(): Promise<LoadedWorkspace>
}

export interface Invocation<A extends ArgumentSpecs, O extends OptionSpecs> extends Surroundings {
  readonly arguments: { [K in keyof A]: ArgumentValue<A[K]> }
  readonly options: { [K in keyof O]: OptionValue<O[K]> }
}

export interface CommandSpec<A extends ArgumentSpecs, O extends OptionSpecs> {
  /** A sentence or more below the usage line. */
  readonly description: string
  readonly arguments: A
  readonly options: O
  /** Command lines without `lorc `, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** Exactly one JSON line on stdout whatever happens, errors included. */
  readonly resultLine?: boolean
  /** Options that do not go with these arguments: they are not proposed. Default: none. */
  readonly unfit?: (places: readonly string[]) => readonly string[]
  /** Returns the exit status. Throws coded errors. */
  run(invocation: Invocation<A, O>): Promise<number>
}

/** A command whose types of arguments and options are forgotten: what the table of commands holds. */
export interface Command extends Omit<CommandSpec<ArgumentSpecs, OptionSpecs>, 'run'> {
  execute(values: ParsedValues, surroundings: Surroundings): Promise<number>
}

export function defineCommand<const A extends ArgumentSpecs, const O extends OptionSpecs>(
  spec: CommandSpec<A, O>,
): Command {
  const { run, ...described } = spec
  return {
    ...described,
    execute: (values, surroundings) => {
      // The parser has checked the values against the same specs that these types are inferred from.
      const typed = values as Pick<Invocation<A, O>, 'arguments' | 'options'>
      return run({ ...surroundings, arguments: typed.arguments, options: typed.options })
    },
  }
}
