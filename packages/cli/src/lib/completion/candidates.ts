import { TEMPLATES } from '../templates/templates.ts'
import { type Command, GLOBAL_OPTIONS } from '../command-line/command.ts'
import { SINKS } from '../config/sinks.ts'
import type { OptionSpec, OptionSpecs } from '../command-line/option-spec.ts'

/** One thing that may stand where the cursor is. */
export interface Candidate {
  text: string
  about?: string
}

/** A parameter, with all that it may be where they are few. */
export interface ParamCandidate extends Candidate {
  values?: readonly string[]
}

/** What can be asked of the workspace, cheaply; each may fail, and is then taken for nothing. */
export interface CompletionSources {
  /** Paths that begin like this: recipes (in YAML or TypeScript), files, and folders, which end in `/` and are among all of them. */
  recipes(prefix: string): Promise<Candidate[]>
  files(prefix: string): Promise<Candidate[]>
  folders(prefix: string): Promise<Candidate[]>
  /** The newest runs, and `last`. */
  runs(): Promise<Candidate[]>
  /** Names of recipes that have runs. */
  recipeNames(): Promise<Candidate[]>
  /** Of a recipe's file, or of a run. */
  stepsOfRecipe(file: string): Promise<Candidate[]>
  stepsOfRun(run: string): Promise<Candidate[]>
  /** Packages with jobs, by the shortest name that is theirs alone; in full for a prefix that begins with a scope. */
  packages(prefix: string): Promise<Candidate[]>
  jobs(packageName: string): Promise<Candidate[]>
  /** Names of parameters. */
  paramsOfRecipe(file: string): Promise<ParamCandidate[]>
  paramsOfJob(packageName: string, job: string): Promise<ParamCandidate[]>
}

export interface Commands {
  /** Names and summaries, in the order of the help. */
  names: readonly (readonly [name: string, summary: string])[]
  find(name: string): Promise<Command | undefined>
}

/**
 * What the last of `words` (those after `lorc`; it may be empty) can be completed to. Only what begins like it; an empty
 * list where nothing is known, never an error.
 */
export async function candidatesFor(words: readonly string[], commands: Commands, sources: CompletionSources): Promise<Candidate[]> {
  const split = words.flatMap((word) => /^(--[^=]+)=(.*)$/s.exec(word)?.slice(1) ?? [word])
  const before = afterGlobalOptions(split.slice(0, -1))
  const current = split.at(-1) ?? ''
  // Of `--option=value`, the shell completes the whole word.
  const lead = (words.at(-1) ?? '').slice(0, -current.length || undefined)
  const found = await all(before, current, commands, sources).catch(() => [])
  return found.filter(({ text }) => text.startsWith(current)).map((one) => ({ ...one, text: lead + one.text }))
}

/** Without those that stand in front of the command, but for one whose value is awaited. */
function afterGlobalOptions(words: readonly string[]): readonly string[] {
  const spec = words[0] === undefined ? undefined : optionOf(words[0], GLOBAL_OPTIONS)
  const taken = spec === undefined || spec.kind === 'flag' ? 1 : 2
  return spec === undefined || taken > words.length ? words : afterGlobalOptions(words.slice(taken))
}

async function all(
  before: readonly string[],
  current: string,
  commands: Commands,
  sources: CompletionSources,
): Promise<Candidate[]> {
  const [first, second] = before
  if (first === undefined) return current.startsWith('-') ? optionNames({}, []) : firstWords(commands)
  if (first.startsWith('-')) return optionOf(first, GLOBAL_OPTIONS) === GLOBAL_OPTIONS.workspace ? sources.folders(current) : []
  const pair = await commands.find(`${first} ${second ?? ''}`)
  const command = pair ?? (await commands.find(first))
  if (command === undefined) return first === 'help' ? firstWords(commands) : secondWords(first, commands)
  const rest = before.slice(pair === undefined ? 1 : 2)
  return ofCommand(command, rest, current, sources)
}

/** Commands, and what groups of them are called. */
function firstWords({ names }: Commands): Candidate[] {
  const seen = new Set<string>()
  return names.flatMap(([name, summary]) => {
    const [text = '', more] = name.split(' ')
    if (seen.has(text)) return []
    seen.add(text)
    return [more === undefined ? { text, about: summary } : { text }]
  })
}

function secondWords(group: string, { names }: Commands): Candidate[] {
  return names.flatMap(([name, summary]) => {
    const [first, text] = name.split(' ')
    return first === group && text !== undefined ? [{ text, about: summary }] : []
  })
}

async function ofCommand(
  command: Command,
  rest: readonly string[],
  current: string,
  sources: CompletionSources,
): Promise<Candidate[]> {
  const options: OptionSpecs = { ...command.options, ...GLOBAL_OPTIONS }
  const last = rest.at(-1)
  const awaited = last === undefined ? undefined : optionOf(last, options)
  const positionals = positionalsOf(rest, options)
  if (awaited !== undefined && awaited.kind !== 'flag') return valuesOf(awaited, positionals, sources, current)
  if (current.startsWith('-')) {
    const unfit = command.unfit?.(positionals) ?? []
    return optionNames(options, rest).filter(({ text }) => !unfit.includes(text.slice(2)))
  }
  const specs = Object.values(command.arguments)
  const spec = specs[positionals.length] ?? specs.findLast(({ many }) => many === true)
  return spec === undefined ? [] : byLabel(spec.label, positionals, sources, current)
}

function optionNames(own: OptionSpecs, given: readonly string[]): Candidate[] {
  const options: OptionSpecs = { ...own, ...GLOBAL_OPTIONS }
  return Object.entries(options).flatMap(([name, spec]) => {
    const text = `--${name}`
    return given.includes(text) && spec.kind !== 'list' ? [] : [{ text, about: spec.summary }]
  })
}

function optionOf(word: string, options: OptionSpecs): OptionSpec | undefined {
  if (word.startsWith('--')) return Object.hasOwn(options, word.slice(2)) ? options[word.slice(2)] : undefined
  return /^-[a-zA-Z]$/.test(word) ? Object.values(options).find(({ short }) => short === word[1]) : undefined
}

function positionalsOf(words: readonly string[], options: OptionSpecs): string[] {
  return words.filter((word, index) => {
    const before = words[index - 1]
    const spec = before === undefined ? undefined : optionOf(before, options)
    return !word.startsWith('-') && (spec === undefined || spec.kind === 'flag')
  })
}

async function valuesOf(
  spec: Exclude<OptionSpec, { kind: 'flag' }>,
  places: readonly string[],
  sources: CompletionSources,
  current: string,
): Promise<Candidate[]> {
  if (spec.kind === 'choice') return spec.choices.map((text) => ({ text }))
  if (spec.label === 'FILE') return sources.files(current)
  if (spec.kind !== 'list') return byLabel(spec.label, places, sources, current)
  // `a,b` goes on with what is not named yet.
  const cut = current.lastIndexOf(',') + 1
  const [head, named] = [current.slice(0, cut), new Set(current.slice(0, cut).split(','))]
  const found = await byLabel(spec.label, places, sources, current.slice(cut))
  return found.filter(({ text }) => !named.has(text)).map((one) => ({ ...one, text: head + one.text }))
}

/** What a label of the help stands for. `places` are the arguments before it. */
async function byLabel(label: string, places: readonly string[], sources: CompletionSources, current: string): Promise<Candidate[]> {
  const parts = label.split('|')
  const lists = await Promise.all(parts.map((part) => ofPart(part, places, sources, current).catch(() => [])))
  return lists.flat()
}

async function ofPart(part: string, places: readonly string[], sources: CompletionSources, current: string): Promise<Candidate[]> {
  const [place, job] = places
  switch (part) {
    case 'FILE':
      return sources.recipes(current)
    case 'FILE#NAME':
      return sources.files(current)
    case 'RECIPE':
      return [...(await sources.recipeNames()), ...(await sources.recipes(current))]
    case 'NAME':
      return sources.recipeNames()
    case 'DIR':
      return sources.folders(current)
    case 'RUN':
    case 'A':
    case 'B':
      return sources.runs()
    case 'STEP':
      if (place === undefined) return []
      return FILE.test(place) ? sources.stepsOfRecipe(place) : sources.stepsOfRun(place)
    case 'PACKAGE':
      return sources.packages(current)
    case 'JOB':
      return place === undefined || FILE.test(place) ? [] : sources.jobs(place)
    case 'NAME=VALUE': {
      if (place === undefined) return []
      const params = await (job === undefined ? sources.paramsOfRecipe(place) : sources.paramsOfJob(place, job))
      const [name, value] = current.split('=')
      if (value === undefined) return params.map(({ text, about }) => ({ text: `${text}=`, ...(about !== undefined && { about }) }))
      return (params.find(({ text }) => text === name)?.values ?? []).map((one) => ({ text: `${name}=${one}` }))
    }
    case 'TEMPLATE':
    case 'SHELL':
    case 'SINK':
      return NAMES[part].map((text) => ({ text }))
    default:
      return []
  }
}

/** What is not a run and no package. */
const FILE = /\.[a-z]+$/

const NAMES = { TEMPLATE: Object.keys(TEMPLATES), SHELL: ['bash', 'zsh', 'fish'], SINK: SINKS } as const
