import { closest } from './closest.ts'
import type { Command } from './command.ts'
import { approve } from './commands/approve.ts'
import { cancel } from './commands/cancel.ts'
import { configPath } from './commands/config-path.ts'
import { configShow } from './commands/config-show.ts'
import { convert } from './commands/convert.ts'
import { crashTest } from './commands/crash-test.ts'
import { doctor } from './commands/doctor.ts'
import { eventsCleanupSmoke } from './commands/events-cleanup-smoke.ts'
import { eventsCount } from './commands/events-count.ts'
import { eventsFlush } from './commands/events-flush.ts'
import { eventsQuery } from './commands/events-query.ts'
import { eventsRejected } from './commands/events-rejected.ts'
import { eventsSetup } from './commands/events-setup.ts'
import { eventsTail } from './commands/events-tail.ts'
import { explain } from './commands/explain.ts'
import { graph } from './commands/graph.ts'
import { pause } from './commands/pause.ts'
import { jobsCheck } from './commands/jobs-check.ts'
import { jobsList } from './commands/jobs-list.ts'
import { jobsShow } from './commands/jobs-show.ts'
import { keysCheck, keysLock } from './commands/keys.ts'
import { pythonPath } from './commands/python-path.ts'
import { replay } from './commands/replay.ts'
import { report } from './commands/report.ts'
import { rerun } from './commands/rerun.ts'
import { resume } from './commands/resume.ts'
import { run } from './commands/run.ts'
import { runsBundle } from './commands/runs-bundle.ts'
import { runsContext } from './commands/runs-context.ts'
import { runsList } from './commands/runs-list.ts'
import { runsLogs } from './commands/runs-logs.ts'
import { runsShow } from './commands/runs-show.ts'
import { auditExport, auditVerify } from './commands/audit.ts'
import { keysAdd, keysList, keysRevoke } from './commands/keys-access.ts'
import { serve } from './commands/serve.ts'
import { schedulesList } from './commands/schedules-list.ts'
import { simulate } from './commands/simulate.ts'
import { step } from './commands/step.ts'
import { completeWords } from './commands/complete-words.ts'
import { completion } from './commands/completion.ts'
import { init } from './commands/init.ts'
import { runsPrune } from './commands/runs-prune.ts'
import { sql } from './commands/sql.ts'
import { stats } from './commands/stats.ts'
import { runsDiff } from './commands/runs-diff.ts'
import { unpause } from './commands/unpause.ts'
import { types } from './commands/types.ts'
import { validate } from './commands/validate.ts'
import { verify } from './commands/verify.ts'
import { CliError } from './errors.ts'

interface Entry {
  /** As `lorc --help` shows it. */
  summary: string
  command: Command
}

/**
 * Every command by its name, in the order of the help. They lie in one file once bundled: reading it costs less than
 * finding the few pieces that one command needs. What is heavy (schemas, YAML, processes) they load when they use it.
 */
const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { summary: 'Run a recipe', command: run },
  resume: {
    summary: 'Go on with a run that was interrupted or failed',
    command: resume,
  },
  rerun: { summary: 'Run the same again: does the same come out?', command: rerun },
  replay: { summary: 'Repeat a bundled run here, offline: does the same come out?', command: replay },
  'jobs list': {
    summary: 'List the jobs of installed packages',
    command: jobsList,
  },
  'jobs show': {
    summary: 'Tell what a job takes, and how to run it',
    command: jobsShow,
  },
  'jobs check': {
    summary: 'Check the jobs of a package before it is published',
    command: jobsCheck,
  },
  init: {
    summary: 'Write a small project to begin with',
    command: init,
  },
  validate: {
    summary: 'Report every problem of recipes, running nothing',
    command: validate,
  },
  'crash-test': {
    summary: 'Find the steps of a recipe that are not safe to run again',
    command: crashTest,
  },
  convert: {
    summary: 'Write a YAML recipe as a TypeScript plan, or the other way',
    command: convert,
  },
  'keys lock': {
    summary: 'Lock the shapes of context keys, for runs and for CI',
    command: keysLock,
  },
  'keys check': {
    summary: 'Tell which shapes of context keys have changed',
    command: keysCheck,
  },
  types: {
    summary: 'Write types for what the steps of a recipe produce',
    command: types,
  },
  simulate: {
    summary: 'Predict how long a run takes, and what holds it up',
    command: simulate,
  },
  step: { summary: 'Run one scriptlet alone', command: step },
  cancel: {
    summary: 'Cancel a run, in whichever process it goes on',
    command: cancel,
  },
  pause: {
    summary: 'Let no step of a run begin until it is unpaused',
    command: pause,
  },
  unpause: {
    summary: 'Let a paused run go on',
    command: unpause,
  },
  approve: {
    summary: 'Decide on a step that waits for an approval',
    command: approve,
  },
  'runs list': {
    summary: 'List runs, newest first',
    command: runsList,
  },
  'runs show': {
    summary: 'Show what became of a run and its steps',
    command: runsShow,
  },
  explain: {
    summary: 'Tell why a run or a step is as it is, and what to do',
    command: explain,
  },
  graph: {
    summary: 'Draw the steps of a recipe or a run',
    command: graph,
  },
  report: {
    summary: 'Tell all about a run in one page',
    command: report,
  },
  'runs logs': {
    summary: 'Show what the steps of a run printed',
    command: runsLogs,
  },
  'runs context': {
    summary: 'Show what the steps of a run produced',
    command: runsContext,
  },
  'runs diff': {
    summary: 'Show how two runs differ, and what differs first',
    command: runsDiff,
  },
  'runs bundle': { summary: 'Write a run into one file, to carry it elsewhere', command: runsBundle },
  'runs prune': {
    summary: 'Remove old runs with all that is kept of them',
    command: runsPrune,
  },
  stats: {
    summary: 'Show how runs went over time, and which steps are slow or flaky',
    command: stats,
  },
  'schedules list': { summary: 'Show when which recipes run by themselves', command: schedulesList },
  serve: {
    summary: 'Serve runs, recipes and modules over HTTP',
    command: serve,
  },
  'keys add': {
    summary: 'Make an API key for the service',
    command: keysAdd,
  },
  'keys list': {
    summary: 'List the API keys of the service',
    command: keysList,
  },
  'keys revoke': {
    summary: 'Revoke an API key of the service',
    command: keysRevoke,
  },
  'audit verify': {
    summary: 'Check the hash chain of the audit log',
    command: auditVerify,
  },
  'audit export': {
    summary: 'Print what operators did, for other programs',
    command: auditExport,
  },
  sql: {
    summary: 'Ask the events by SQL, the same wherever they are',
    command: sql,
  },
  'events tail': {
    summary: 'Show the newest events',
    command: eventsTail,
  },
  'events query': {
    summary: 'List events, with fields of their payloads',
    command: eventsQuery,
  },
  'events count': {
    summary: 'Count events by type, source or day',
    command: eventsCount,
  },
  'events setup': {
    summary: 'Make the tables that events go to',
    command: eventsSetup,
  },
  'events flush': {
    summary: 'Deliver the events that wait in the outbox',
    command: eventsFlush,
  },
  'events rejected': {
    summary: 'Show the events that a sink refused for good',
    command: eventsRejected,
  },
  'events cleanup-smoke': {
    summary: 'Remove what smoke tests emitted',
    command: eventsCleanupSmoke,
  },
  verify: {
    summary: "Check the hash chain of a run's journal",
    command: verify,
  },
  'config show': {
    summary: 'Show the settings in force',
    command: configShow,
  },
  'config path': {
    summary: 'Print the path of the configuration file',
    command: configPath,
  },
  doctor: {
    summary: 'Check that everything lorc needs is there',
    command: doctor,
  },
  completion: {
    summary: 'Let your shell complete commands, steps and runs',
    command: completion,
  },
  'python-path': {
    summary: 'Print the folder to put on PYTHONPATH',
    command: pythonPath,
  },
}

/** What a group does when it is named alone. */
const GROUPS: Readonly<Record<string, string>> = { runs: 'runs list', schedules: 'schedules list', config: 'config show', keys: 'keys check', audit: 'audit verify', jobs: 'jobs list', events: 'events tail' }

export type FoundCommand =
  { kind: 'command'; name: string; words: string[]; command: Command } | { kind: 'help' } | { kind: 'none' }

/** What the scripts of `lorc completion` call; no command for people. */
const COMPLETE = '__complete'
const completing = completeWords({
  names: commandNames(),
  find: (name) => (Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.command : undefined),
})

/** Names and summaries, in the order of the help. */
export function commandNames(): (readonly [name: string, summary: string])[] {
  return Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary])
}

/**
 * The command that the words name, with the words that remain. Global options may come first.
 * Throws CliError CLI_COMMAND_UNKNOWN.
 */
export function findCommand(words: readonly string[]): FoundCommand {
  const start = firstWord(words)
  const options = words.slice(0, start)
  const [first, second] = words.slice(start)
  if (first === undefined) return { kind: options.includes('--help') || options.includes('-h') ? 'help' : 'none' }
  if (first === 'help')
    return second === undefined ? { kind: 'help' } : findCommand([...words.slice(start + 1), '--help'])
  if (first === COMPLETE) return { kind: 'command', name: COMPLETE, words: words.slice(start + 1), command: completing }
  const pair = `${first} ${second ?? ''}`
  if (Object.hasOwn(COMMANDS, pair)) return command(pair, [...options, ...words.slice(start + 2)])
  if (Object.hasOwn(COMMANDS, first)) return command(first, [...options, ...words.slice(start + 1)])
  const alone = Object.hasOwn(GROUPS, first) ? GROUPS[first] : undefined
  if (alone !== undefined && (second === undefined || second.startsWith('-'))) {
    return command(alone, [...options, ...words.slice(start + 1)])
  }
  throw unknownCommand(alone === undefined ? first : pair)
}

function firstWord(words: readonly string[]): number {
  let index = 0
  while (words[index]?.startsWith('-') === true)
    index += words[index] === '--workspace' || words[index] === '-C' ? 2 : 1
  return Math.min(index, words.length)
}

function command(name: string, words: string[]): FoundCommand {
  const entry = COMMANDS[name]
  if (entry === undefined) throw unknownCommand(name)
  return { kind: 'command', name, words, command: entry.command }
}

function unknownCommand(name: string): CliError {
  const near = otherWords(name) ?? closest(name, Object.keys(COMMANDS)) ?? subcommand(name)
  return new CliError('CLI_COMMAND_UNKNOWN', `there is no command \`lorc ${name}\`.`, {
    fix: near === undefined ? '`lorc --help` lists the commands.' : `did you mean \`lorc ${near}\`?`,
  })
}

/** What other orchestrators call these commands. */
const CALLED_ELSEWHERE: Readonly<Record<string, string>> = {
  start: 'run',
  exec: 'run',
  retry: 'resume',
  repeat: 'rerun',
  cron: 'schedules list',
  restart: 'resume',
  stop: 'cancel',
  kill: 'cancel',
  hold: 'pause',
  suspend: 'pause',
  release: 'unpause',
  continue: 'unpause',
  reject: 'approve',
  approvals: 'approve',
  decide: 'approve',
  check: 'validate',
  lint: 'validate',
  dry: 'validate',
  ls: 'runs list',
  ps: 'runs list',
  history: 'runs list',
  status: 'runs show',
  describe: 'runs show',
  why: 'explain',
  dag: 'graph',
  plot: 'graph',
  draw: 'graph',
  predict: 'simulate',
  estimate: 'simulate',
  reason: 'explain',
  inspect: 'explain',
  tail: 'runs logs',
  version: '--version',
}

function otherWords(name: string): string | undefined {
  if (/\.ya?ml$/.test(name)) return `run ${name}`
  if (/^runs (last|run_)/.test(name)) return name.replace('runs', 'runs show')
  return Object.hasOwn(CALLED_ELSEWHERE, name) ? CALLED_ELSEWHERE[name] : undefined
}

/** `list` for `runs list`. */
function subcommand(name: string): string | undefined {
  return Object.keys(COMMANDS).find((full) => full.endsWith(` ${name}`))
}
