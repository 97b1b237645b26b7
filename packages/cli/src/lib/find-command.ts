import { CALLED_ELSEWHERE } from './command-line/called-elsewhere.ts'
import { closest } from './closest.ts'
import type { Command } from './command-line/command.ts'
import { GROUPS, SECTIONS } from './command-table.ts'
import { CliError } from './errors.ts'
import { parseWords } from './command-line/parse.ts'

const COMMANDS = Object.assign({}, ...Object.values(SECTIONS)) as (typeof SECTIONS)[string]

export type CommandName = readonly [name: string, summary: string]

export type FoundCommand =
  | { kind: 'command'; name: string; words: string[]; load(): Promise<Command> }
  /** Help was asked for a group, e.g. `runs`; `alone` is what it does by itself. */
  | { kind: 'group'; group: string; alone: string; commands: CommandName[] }
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'none' }

/** What the scripts of `lorc completion` call; no command for people. */
const COMPLETE = '__complete'
async function completing(): Promise<Command> {
  const { completeWords } = await import('./commands/complete-words.ts')
  return completeWords({
    names: commandNames(),
    find: async (name) => (Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.load() : undefined),
  })
}

/** Names and summaries, in the order of the help. */
export function commandNames(): CommandName[] {
  return Object.values(commandSections()).flat()
}

/** The same under their headings. */
export function commandSections(): Record<string, CommandName[]> {
  const names = (entries: typeof COMMANDS): CommandName[] => Object.entries(entries).map(([name, { summary }]) => [name, summary])
  return Object.fromEntries(Object.entries(SECTIONS).map(([title, entries]) => [title, names(entries)]))
}

/**
 * The command that the words name, with the words that remain. Global options may come first.
 * Throws CliError CLI_COMMAND_UNKNOWN.
 */
export function findCommand(words: readonly string[]): FoundCommand {
  const start = firstWord(words)
  const options = words.slice(0, start)
  const [first, second] = words.slice(start)
  if (first === undefined) return withoutCommand(options)
  if (first === 'help')
    return second === undefined ? { kind: 'help' } : findCommand([...words.slice(start + 1), '--help'])
  if (first === COMPLETE) return { kind: 'command', name: COMPLETE, words: words.slice(start + 1), load: completing }
  const pair = `${first} ${second ?? ''}`
  if (Object.hasOwn(COMMANDS, pair)) return command(pair, [...options, ...words.slice(start + 2)])
  if (Object.hasOwn(COMMANDS, first)) return command(first, [...options, ...words.slice(start + 1)])
  const alone = Object.hasOwn(GROUPS, first) ? GROUPS[first] : undefined
  if (alone !== undefined && (second === undefined || second.startsWith('-'))) {
    if (words.includes('--help') || words.includes('-h')) return { kind: 'group', group: first, alone, commands: membersOf(first) }
    return command(alone, [...options, ...words.slice(start + 1)])
  }
  withoutCommand(options)
  throw alone === undefined ? unknownCommand(first, second) : unknownCommand(pair)
}

/** Throws as parseWords does. */
function withoutCommand(words: readonly string[]): FoundCommand {
  const { help, version } = parseWords(words, { arguments: {}, options: { version: { kind: 'flag', short: 'v', summary: '' } } }).options
  return { kind: help === true ? 'help' : version === true ? 'version' : 'none' }
}

const membersOf = (group: string): CommandName[] => commandNames().filter(([name]) => name.startsWith(`${group} `))

function firstWord(words: readonly string[]): number {
  let index = 0
  while (words[index]?.startsWith('-') === true)
    index += words[index] === '--workspace' || words[index] === '-C' ? 2 : 1
  return Math.min(index, words.length)
}

function command(name: string, words: string[]): FoundCommand {
  const entry = COMMANDS[name]
  if (entry === undefined) throw unknownCommand(name)
  return { kind: 'command', name, words, load: entry.load }
}

function unknownCommand(name: string, next?: string): CliError {
  const near = otherWords(name) ?? ofGroup(name, next) ?? closest(name, Object.keys(COMMANDS)) ?? subcommand(name)
  const group = Object.keys(GROUPS).find((one) => name.startsWith(`${one} `))
  return new CliError('CLI_COMMAND_UNKNOWN', `there is no command \`lorc ${name}\`.`, {
    fix: near === undefined ? `\`lorc ${group === undefined ? '' : `${group} `}--help\` lists the commands.` : `did you mean \`lorc ${near}\`?`,
  })
}

function otherWords(name: string): string | undefined {
  if (/\.ya?ml$/.test(name)) return `run ${name}`
  if (/^runs (last|run_)/.test(name)) return name.replace('runs', 'runs show')
  return Object.hasOwn(CALLED_ELSEWHERE, name) ? CALLED_ELSEWHERE[name] : undefined
}

/** `runs list` for `rusn` before `list`, though `run` is as near. */
function ofGroup(name: string, next: string | undefined): string | undefined {
  const group = closest(name, Object.keys(GROUPS).filter((one) => Object.hasOwn(COMMANDS, `${one} ${next}`)))
  return group && `${group} ${next}`
}

/** `list` for `runs list`. */
function subcommand(name: string): string | undefined {
  return Object.keys(COMMANDS).find((full) => full.endsWith(` ${name}`))
}
