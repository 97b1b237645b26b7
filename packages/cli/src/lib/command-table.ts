import type { Command } from './command-line/command.ts'

interface Entry {
  /** As `lorc --help` shows it. */
  summary: string
  /** Makes it, with what it needs at once. What is heavy (schemas, YAML, processes) it loads when it uses it. */
  load: () => Promise<Command>
}

/**
 * Every command by its name, under the headings of the help and in its order. They lie in one file once bundled, and a
 * command is made when it is asked for: most of what a start costs is to bring back code that was compiled before.
 */
export const SECTIONS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  'Run and repair': {
    run: {
      summary: 'Run a recipe, or a job of an installed package',
      load: async () => (await import('./commands/run.ts')).run,
    },
    resume: {
      summary: 'Go on with a run that was interrupted or failed',
      load: async () => (await import('./commands/resume.ts')).resume,
    },
    rerun: {
      summary: 'Run the same again, and compare what comes out',
      load: async () => (await import('./commands/rerun.ts')).rerun,
    },
    cancel: {
      summary: 'Cancel a run, in whichever process it goes on',
      load: async () => (await import('./commands/cancel.ts')).cancel,
    },
    pause: {
      summary: 'Let no step of a run begin until it is unpaused',
      load: async () => (await import('./commands/pause.ts')).pause,
    },
    unpause: {
      summary: 'Let a paused run go on',
      load: async () => (await import('./commands/unpause.ts')).unpause,
    },
    approve: {
      summary: 'Decide on a step that waits for an approval',
      load: async () => (await import('./commands/approve.ts')).approve,
    },
  },
  'See what happened': {
    'runs list': {
      summary: 'List runs, newest first',
      load: async () => (await import('./commands/runs-list.ts')).runsList,
    },
    'runs show': {
      summary: 'Show what became of a run and its steps',
      load: async () => (await import('./commands/runs-show.ts')).runsShow,
    },
    explain: {
      summary: 'Tell why a run or a step is as it is, and what to do',
      load: async () => (await import('./commands/explain.ts')).explain,
    },
    'runs logs': {
      summary: 'Show what the steps of a run printed',
      load: async () => (await import('./commands/runs-logs.ts')).runsLogs,
    },
    'runs context': {
      summary: 'Show what the steps of a run produced',
      load: async () => (await import('./commands/runs-context.ts')).runsContext,
    },
    'runs diff': {
      summary: 'Show how two runs differ, and what differs first',
      load: async () => (await import('./commands/runs-diff.ts')).runsDiff,
    },
    graph: {
      summary: 'Draw the steps of a recipe or a run',
      load: async () => (await import('./commands/graph.ts')).graph,
    },
    report: {
      summary: 'Tell all about a run in one page',
      load: async () => (await import('./commands/report.ts')).report,
    },
    stats: {
      summary: 'Show success rates, durations, slow and flaky steps',
      load: async () => (await import('./commands/stats.ts')).stats,
    },
    verify: {
      summary: "Check the hash chain of a run's journal",
      load: async () => (await import('./commands/verify.ts')).verify,
    },
  },
  'Write recipes': {
    init: {
      summary: 'Write a small project to begin with',
      load: async () => (await import('./commands/init.ts')).init,
    },
    validate: {
      summary: 'Report every problem of recipes, running nothing',
      load: async () => (await import('./commands/validate.ts')).validate,
    },
    step: {
      summary: 'Run one scriptlet alone',
      load: async () => (await import('./commands/step.ts')).step,
    },
    simulate: {
      summary: 'Predict how long a run takes, and what holds it up',
      load: async () => (await import('./commands/simulate.ts')).simulate,
    },
    'crash-test': {
      summary: 'Find the steps that are not safe to run again',
      load: async () => (await import('./commands/crash-test.ts')).crashTest,
    },
    convert: {
      summary: 'Turn a YAML recipe into TypeScript, or back',
      load: async () => (await import('./commands/convert.ts')).convert,
    },
    types: {
      summary: 'Write types for what the steps of a recipe produce',
      load: async () => (await import('./commands/types.ts')).types,
    },
    'keys lock': {
      summary: 'Lock the shapes of context keys, for runs and for CI',
      load: async () => (await import('./commands/keys.ts')).keysLock,
    },
    'keys check': {
      summary: 'Tell which shapes of context keys have changed',
      load: async () => (await import('./commands/keys.ts')).keysCheck,
    },
  },
  'Jobs and their events': {
    'jobs list': {
      summary: 'List the jobs of installed packages',
      load: async () => (await import('./commands/jobs-list.ts')).jobsList,
    },
    'jobs show': {
      summary: 'Tell what a job takes, and how to run it',
      load: async () => (await import('./commands/jobs-show.ts')).jobsShow,
    },
    'jobs check': {
      summary: 'Check the jobs of a package before it is published',
      load: async () => (await import('./commands/jobs-check.ts')).jobsCheck,
    },
    sql: {
      summary: 'Ask the events by SQL, the same wherever they are',
      load: async () => (await import('./commands/sql.ts')).sql,
    },
    'events tail': {
      summary: 'Show the newest events',
      load: async () => (await import('./commands/events-tail.ts')).eventsTail,
    },
    'events query': {
      summary: 'List events, with fields of their payloads',
      load: async () => (await import('./commands/events-query.ts')).eventsQuery,
    },
    'events count': {
      summary: 'Count events by type, source or day',
      load: async () => (await import('./commands/events-count.ts')).eventsCount,
    },
    'events setup': {
      summary: 'Make the tables that events go to',
      load: async () => (await import('./commands/events-setup.ts')).eventsSetup,
    },
    'events flush': {
      summary: 'Deliver the events that wait in the outbox',
      load: async () => (await import('./commands/events-flush.ts')).eventsFlush,
    },
    'events rejected': {
      summary: 'Show the events that a sink refused for good',
      load: async () => (await import('./commands/events-rejected.ts')).eventsRejected,
    },
    'events cleanup-smoke': {
      summary: 'Remove what smoke tests emitted',
      load: async () => (await import('./commands/events-cleanup-smoke.ts')).eventsCleanupSmoke,
    },
  },
  'The service': {
    serve: {
      summary: 'Serve runs, recipes and modules over HTTP',
      load: async () => (await import('./commands/serve.ts')).serve,
    },
    'schedules list': {
      summary: 'Show when which recipes run by themselves',
      load: async () => (await import('./commands/schedules-list.ts')).schedulesList,
    },
    'keys add': {
      summary: 'Make an API key for the service',
      load: async () => (await import('./commands/keys-access.ts')).keysAdd,
    },
    'keys list': {
      summary: 'List the API keys of the service',
      load: async () => (await import('./commands/keys-access.ts')).keysList,
    },
    'keys revoke': {
      summary: 'Revoke an API key of the service',
      load: async () => (await import('./commands/keys-access.ts')).keysRevoke,
    },
    'audit verify': {
      summary: 'Check the hash chain of the audit log',
      load: async () => (await import('./commands/audit.ts')).auditVerify,
    },
    'audit export': {
      summary: 'Print what operators did, for other programs',
      load: async () => (await import('./commands/audit.ts')).auditExport,
    },
  },
  'Keep and carry runs': {
    'runs prune': {
      summary: 'Remove old runs with all that is kept of them',
      load: async () => (await import('./commands/runs-prune.ts')).runsPrune,
    },
    'runs bundle': {
      summary: 'Write a run into one file, to carry it elsewhere',
      load: async () => (await import('./commands/runs-bundle.ts')).runsBundle,
    },
    replay: {
      summary: 'Repeat a bundled run offline, and compare',
      load: async () => (await import('./commands/replay.ts')).replay,
    },
  },
  'This machine': {
    doctor: {
      summary: 'Check that everything lorc needs is there',
      load: async () => (await import('./commands/doctor.ts')).doctor,
    },
    'config show': {
      summary: 'Show the settings in force',
      load: async () => (await import('./commands/config-show.ts')).configShow,
    },
    'config path': {
      summary: 'Print the path of the configuration file',
      load: async () => (await import('./commands/config-path.ts')).configPath,
    },
    completion: {
      summary: 'Let your shell complete commands, steps and runs',
      load: async () => (await import('./commands/completion.ts')).completion,
    },
    'python-path': {
      summary: 'Print the folder to put on PYTHONPATH',
      load: async () => (await import('./commands/python-path.ts')).pythonPath,
    },
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
