import type { Command } from './command.ts'
import { approve } from './commands/approve.ts'
import { auditExport, auditVerify } from './commands/audit.ts'
import { cancel } from './commands/cancel.ts'
import { completion } from './commands/completion.ts'
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
import { init } from './commands/init.ts'
import { jobsCheck } from './commands/jobs-check.ts'
import { jobsList } from './commands/jobs-list.ts'
import { jobsShow } from './commands/jobs-show.ts'
import { keysAdd, keysList, keysRevoke } from './commands/keys-access.ts'
import { keysCheck, keysLock } from './commands/keys.ts'
import { pause } from './commands/pause.ts'
import { pythonPath } from './commands/python-path.ts'
import { replay } from './commands/replay.ts'
import { report } from './commands/report.ts'
import { rerun } from './commands/rerun.ts'
import { resume } from './commands/resume.ts'
import { run } from './commands/run.ts'
import { runsBundle } from './commands/runs-bundle.ts'
import { runsContext } from './commands/runs-context.ts'
import { runsDiff } from './commands/runs-diff.ts'
import { runsList } from './commands/runs-list.ts'
import { runsLogs } from './commands/runs-logs.ts'
import { runsPrune } from './commands/runs-prune.ts'
import { runsShow } from './commands/runs-show.ts'
import { schedulesList } from './commands/schedules-list.ts'
import { serve } from './commands/serve.ts'
import { simulate } from './commands/simulate.ts'
import { sql } from './commands/sql.ts'
import { stats } from './commands/stats.ts'
import { step } from './commands/step.ts'
import { types } from './commands/types.ts'
import { unpause } from './commands/unpause.ts'
import { validate } from './commands/validate.ts'
import { verify } from './commands/verify.ts'

interface Entry {
  /** As `lorc --help` shows it. */
  summary: string
  command: Command
}

/**
 * Every command by its name, under the headings of the help and in its order. They lie in one file once bundled: reading
 * it costs less than finding the few pieces that one command needs. What is heavy (schemas, YAML, processes) they load
 * when they use it.
 */
export const SECTIONS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  'Run and repair': {
    run: { summary: 'Run a recipe, or a job of an installed package', command: run },
    resume: { summary: 'Go on with a run that was interrupted or failed', command: resume },
    rerun: { summary: 'Run the same again, and compare what comes out', command: rerun },
    cancel: { summary: 'Cancel a run, in whichever process it goes on', command: cancel },
    pause: { summary: 'Let no step of a run begin until it is unpaused', command: pause },
    unpause: { summary: 'Let a paused run go on', command: unpause },
    approve: { summary: 'Decide on a step that waits for an approval', command: approve },
  },
  'See what happened': {
    'runs list': { summary: 'List runs, newest first', command: runsList },
    'runs show': { summary: 'Show what became of a run and its steps', command: runsShow },
    explain: { summary: 'Tell why a run or a step is as it is, and what to do', command: explain },
    'runs logs': { summary: 'Show what the steps of a run printed', command: runsLogs },
    'runs context': { summary: 'Show what the steps of a run produced', command: runsContext },
    'runs diff': { summary: 'Show how two runs differ, and what differs first', command: runsDiff },
    graph: { summary: 'Draw the steps of a recipe or a run', command: graph },
    report: { summary: 'Tell all about a run in one page', command: report },
    stats: { summary: 'Show success rates, durations, slow and flaky steps', command: stats },
    verify: { summary: "Check the hash chain of a run's journal", command: verify },
  },
  'Write recipes': {
    init: { summary: 'Write a small project to begin with', command: init },
    validate: { summary: 'Report every problem of recipes, running nothing', command: validate },
    step: { summary: 'Run one scriptlet alone', command: step },
    simulate: { summary: 'Predict how long a run takes, and what holds it up', command: simulate },
    'crash-test': { summary: 'Find the steps that are not safe to run again', command: crashTest },
    convert: { summary: 'Turn a YAML recipe into TypeScript, or back', command: convert },
    types: { summary: 'Write types for what the steps of a recipe produce', command: types },
    'keys lock': { summary: 'Lock the shapes of context keys, for runs and for CI', command: keysLock },
    'keys check': { summary: 'Tell which shapes of context keys have changed', command: keysCheck },
  },
  'Jobs and their events': {
    'jobs list': { summary: 'List the jobs of installed packages', command: jobsList },
    'jobs show': { summary: 'Tell what a job takes, and how to run it', command: jobsShow },
    'jobs check': { summary: 'Check the jobs of a package before it is published', command: jobsCheck },
    sql: { summary: 'Ask the events by SQL, the same wherever they are', command: sql },
    'events tail': { summary: 'Show the newest events', command: eventsTail },
    'events query': { summary: 'List events, with fields of their payloads', command: eventsQuery },
    'events count': { summary: 'Count events by type, source or day', command: eventsCount },
    'events setup': { summary: 'Make the tables that events go to', command: eventsSetup },
    'events flush': { summary: 'Deliver the events that wait in the outbox', command: eventsFlush },
    'events rejected': { summary: 'Show the events that a sink refused for good', command: eventsRejected },
    'events cleanup-smoke': { summary: 'Remove what smoke tests emitted', command: eventsCleanupSmoke },
  },
  'The service': {
    serve: { summary: 'Serve runs, recipes and modules over HTTP', command: serve },
    'schedules list': { summary: 'Show when which recipes run by themselves', command: schedulesList },
    'keys add': { summary: 'Make an API key for the service', command: keysAdd },
    'keys list': { summary: 'List the API keys of the service', command: keysList },
    'keys revoke': { summary: 'Revoke an API key of the service', command: keysRevoke },
    'audit verify': { summary: 'Check the hash chain of the audit log', command: auditVerify },
    'audit export': { summary: 'Print what operators did, for other programs', command: auditExport },
  },
  'Keep and carry runs': {
    'runs prune': { summary: 'Remove old runs with all that is kept of them', command: runsPrune },
    'runs bundle': { summary: 'Write a run into one file, to carry it elsewhere', command: runsBundle },
    replay: { summary: 'Repeat a bundled run offline, and compare', command: replay },
  },
  'This machine': {
    doctor: { summary: 'Check that everything lorc needs is there', command: doctor },
    'config show': { summary: 'Show the settings in force', command: configShow },
    'config path': { summary: 'Print the path of the configuration file', command: configPath },
    completion: { summary: 'Let your shell complete commands, steps and runs', command: completion },
    'python-path': { summary: 'Print the folder to put on PYTHONPATH', command: pythonPath },
  },
}

/** What a group does when it is named alone. */
export const GROUPS: Readonly<Record<string, string>> = {
  runs: 'runs list',
  schedules: 'schedules list',
  config: 'config show',
  keys: 'keys check',
  audit: 'audit verify',
  jobs: 'jobs list',
  events: 'events tail',
}
