import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RunStore, StartOptions } from '@lorc/runner'
import { defineCommand, JSON_OPTION, type Surroundings } from '../command-line/command.ts'
import { dryRun } from '../driving/dry-run.ts'
import { driving } from '../driving/driving.ts'
import { CliError } from '../errors.ts'
import { EVENT_OPTIONS, JOB_OPTIONS } from '../job-run/job-options.ts'
import { withEventsChoice } from '../job-run/events-choice.ts'
import { findRun } from '../lookup/run-lookup.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import { DRIVE_OPTIONS } from '../driving/run-options.ts'
import { givenParams } from '../driving/run-params.ts'
import { checkStepNames } from '../lookup/step-names.ts'
import { readTimeOption } from '../driving/time-option.ts'

export const run = defineCommand({
  description:
    'Checks a recipe, runs its steps, and prints one JSON line on stdout: {"status":"ok",...} or ' +
      '{"status":"error",...}. How it goes is shown on stderr. A run that was interrupted, killed or failed goes on ' +
      'with `lorc resume`. With PACKAGE JOB instead of FILE it runs one job of an installed package: `lorc jobs list` ' +
      'lists them, `lorc jobs show PACKAGE JOB` tells what one takes.',
  resultLine: true,
  unfit: ([file, job]) => (job !== undefined ? RECIPE_ONLY : file !== undefined && /\.\w+$/.test(file) ? Object.keys(JOB_OPTIONS) : []),
  arguments: {
    file: { label: 'FILE|PACKAGE', summary: 'The recipe, in YAML or TypeScript; or a package with jobs', required: true },
    job: { label: 'JOB', summary: 'The job of the package', required: false },
  },
  options: {
    param: {
      kind: 'repeated',
      label: 'NAME=VALUE',
      short: 'p',
      summary: 'A parameter of the recipe or the job; may be repeated. Lists and maps are written as JSON',
    },
    'params-file': {
      kind: 'text',
      label: 'FILE',
      summary: 'Parameters as JSON or YAML; --param comes first',
    },
    only: { kind: 'list', label: 'STEP', summary: 'Run these steps alone; the others count as skipped' },
    skip: { kind: 'list', label: 'STEP', summary: 'Leave these steps out; what waits for them runs all the same' },
    'resume-from': {
      kind: 'list',
      label: 'STEP',
      summary:
        'Run these steps, what depends on them and what the source run did not complete; take the rest from the ' +
          'source run',
    },
    'from-run': {
      kind: 'text',
      label: 'RUN',
      summary: 'The source of --resume-from. Default: the last run of this recipe',
    },
    'no-cache': { kind: 'flag', summary: 'Run every step, whatever the cache has; keep the results there' },
    seed: {
      kind: 'integer',
      label: 'N',
      min: 0,
      summary: 'What steps draw chance from (LORC_SEED, run.seed). Default: a number that follows from the id of the run',
    },
    time: {
      kind: 'text',
      label: 'TIME',
      summary: 'The time that the run is for (run.time): 2026-01-31, 2026-01-31T12:00Z, or back from now: 24h, 7d. Default: now',
    },
    'dry-run': {
      kind: 'flag',
      summary:
        'Show what would run, in which order, what the cache spares, and how long it would take; change nothing. A job ' +
          'is run, and what it would write is counted and shown in samples',
    },
    ...JOB_OPTIONS,
    ...EVENT_OPTIONS,
    ...JSON_OPTION,
    ...DRIVE_OPTIONS,
  },
  examples: [
    ['run recipes/daily.yaml', 'run everything'],
    ['run recipes/daily.yaml -p days=3 -p tags=\'["a","b"]\'', 'give its parameters'],
    ['run recipes/daily.yaml --only load,report', 'run two steps (the same: --only load report)'],
    ['run recipes/daily.yaml --dry-run', 'what it would do, and for how long'],
    ['run recipes/daily.yaml --resume-from report', 'do the report again, with what the last run computed'],
    ['run ingester extract_gmail --account acct1-personal --since 7d', 'run a job'],
    ['run ingester extract_gmail -p labels=\'["INBOX"]\' --dry-run', 'what it would emit'],
  ],
  async run(invocation) {
    const { options, engine, io } = invocation
    const { file, job } = invocation.arguments
    if (job !== undefined && !isFile(resolve(io.cwd, file))) {
      refuseOptions(options, RECIPE_ONLY, `a job (${file} ${job})`)
      const { runJob } = await import('../job-run/run-job.ts')
      return await runJob(invocation, file, job, options)
    }
    if (job !== undefined) throw new CliError('CLI_ARGUMENT_UNEXPECTED', `\`${job}\` is one argument too many: \`${file}\` is a file.`)
    refuseOptions(options, Object.keys(JOB_OPTIONS), 'a recipe')
    if (/^[@\w][^.]*$/.test(file) && !existsSync(resolve(io.cwd, file))) await refusePackage(invocation, file)
    const { only, skip, 'resume-from': resumeFrom, 'from-run': fromRun, concurrency } = options
    if (fromRun !== undefined && resumeFrom.length === 0) {
      throw new CliError(
        'CLI_OPTION_INVALID',
        '--from-run says where --resume-from takes results from, and there is no --resume-from.',
        {
          fix: 'name the step to begin with: --resume-from STEP.',
        },
      )
    }
    const both = only.find((step) => skip.includes(step))
    if (both !== undefined) {
      throw new CliError('CLI_OPTION_INVALID', `\`${both}\` is named by --only and by --skip.`, { fix: 'name it in one.' })
    }
    if (options.json && !options['dry-run']) {
      throw new CliError('CLI_OPTION_INVALID', '--json goes with --dry-run: a run prints one JSON line in any case.', {
        fix: 'leave it out; --log-format json is for what goes on meanwhile.',
      })
    }
    const named = { only, skip, 'resume-from': resumeFrom }
    const time = options.time === undefined ? undefined : await readTimeOption(options.time, io.now())
    const startOptions = (params: StartOptions['params']) => async (store: RunStore): Promise<StartOptions> => ({
      ...(params ? { params } : {}),
      ...(only.length > 0 ? { only } : {}),
      ...(skip.length > 0 ? { skip } : {}),
      ...(resumeFrom.length > 0 ? { resumeFrom } : {}),
      ...(fromRun === undefined ? {} : { fromRun: await findRun(store, fromRun) }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(options['no-cache'] ? { noCache: true } : {}),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(time === undefined ? {} : { time }),
      ...(options['fail-fast'] ? { failFast: true } : {}),
    })
    if (options['dry-run']) {
      const { plan } = await engine.compile(file, await invocation.workspace(), { keepNothing: true })
      checkStepNames(plan, named)
      const params = await givenParams(plan, options, io.cwd)
      return await dryRun(plan, startOptions(params), invocation, options.json)
    }
    return await driving(invocation, { ...options, jobs: { logLevel: options['log-level'] } }, async (workspace) => {
      const { plan: compiled, recipe } = await engine.compile(file, workspace)
      const plan = withEventsChoice(compiled, options)
      const params = await givenParams(plan, options, io.cwd)
      checkStepNames(plan, named)
      return async ({ runner, store }) => runner.start(plan, { recipe, ...(await startOptions(params)(store)) })
    })
  },
})

const RECIPE_ONLY = ['only', 'skip', 'resume-from', 'from-run', 'no-cache', 'seed', 'time', 'json', 'fail-fast', 'concurrency'] as const

/** Who names a package alone has forgotten its job. Throws CliError CLI_ARGUMENT_MISSING. */
async function refusePackage({ workspace }: Pick<Surroundings, 'workspace'>, name: string): Promise<void> {
  const { discoverJobs, getPackage } = await import('@lorc/jobs-registry')
  const registry = await discoverJobs(discoveryOptions(await workspace()))
  let jobs: string[]
  try {
    jobs = getPackage(registry, name).jobs.map((job) => job.name)
  } catch {
    return
  }
  throw new CliError('CLI_ARGUMENT_MISSING', `JOB is missing: ${name} is a package with jobs.`, {
    fix: `name one: ${jobs.map((job) => `lorc run ${name} ${job}`).slice(0, 5).join(', ')}${jobs.length > 5 ? ', …' : ''}`,
  })
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** An option that does nothing is a misunderstanding. */
function refuseOptions(options: Readonly<Record<string, unknown>>, names: readonly string[], what: string): void {
  const given = names.find((name) => {
    const value = options[name]
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
  })
  if (given !== undefined) throw new CliError('CLI_OPTION_INVALID', `--${given} does not go with ${what}.`, { fix: 'leave it out; `lorc run --help` tells what goes with what.' })
}
