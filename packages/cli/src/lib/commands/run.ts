import { defineCommand } from '../command.ts'
import { driving } from '../driving.ts'
import { CliError } from '../errors.ts'
import { findRun } from '../run-lookup.ts'
import { DRIVE_OPTIONS } from '../run-options.ts'
import { checkStepNames } from '../step-names.ts'

export const run = defineCommand({
  description:
    'Checks a recipe, runs its steps, and prints one JSON line on stdout: {"status":"ok",...} or ' +
      '{"status":"error",...}. How it goes is shown on stderr. A run that was interrupted, killed or failed goes on ' +
      'with `lorc resume`.',
  resultLine: true,
  arguments: {
    file: { label: 'FILE', summary: 'The recipe, a YAML file', required: true },
  },
  options: {
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
    ...DRIVE_OPTIONS,
  },
  examples: [
    ['run recipes/daily.yaml', 'run everything'],
    ['run recipes/daily.yaml --only load,report', 'run two steps (the same: --only load report)'],
    ['run recipes/daily.yaml --resume-from report', 'do the report again, with what the last run computed'],
  ],
  async run(invocation) {
    const { options, engine } = invocation
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
    return await driving(invocation, options, async (workspace) => {
      const { plan, recipe } = await engine.compile(invocation.arguments.file, workspace)
      checkStepNames(plan, { only, skip, 'resume-from': resumeFrom })
      return async ({ runner, store }) =>
        runner.start(plan, {
          recipe,
          ...(only.length > 0 ? { only } : {}),
          ...(skip.length > 0 ? { skip } : {}),
          ...(resumeFrom.length > 0 ? { resumeFrom } : {}),
          ...(fromRun === undefined ? {} : { fromRun: await findRun(store, fromRun) }),
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(options['fail-fast'] ? { failFast: true } : {}),
        })
    })
  },
})
