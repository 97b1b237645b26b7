import { parametersOf, type ParameterInfo } from '@lorc/runner'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { type CliProblem, RecipeRefused } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { count } from '../render/quantity.ts'
import { sarif } from '../render/sarif.ts'
import type { Style } from '../render/style.ts'
import { table } from '../render/table.ts'

interface Checked {
  file: string
  name: string | null
  steps: number | null
  params: readonly ParameterInfo[]
  problems: readonly CliProblem[]
}

export const validate = defineCommand({
  description:
    'Reports every problem of each recipe at once: where it is, what is wrong, and how to mend it. No code of the ' +
      'workspace is run. Every `lorc run` does the same before it starts.',
  arguments: { files: { label: 'FILE', summary: 'A recipe, in YAML or TypeScript', required: true, many: true } },
  options: {
    ...JSON_OPTION,
    format: {
      kind: 'choice',
      choices: ['text', 'json', 'sarif'],
      default: 'text',
      summary: 'text for people, json (as --json), or sarif (2.1.0) for code hosts and editors',
    },
  },
  examples: [
    ['validate recipes/daily.yaml', 'check a recipe'],
    ['validate recipes/*.yaml --json', 'check all of them, for a program'],
    ['validate recipes/*.yaml --format sarif > lorc.sarif', 'for what reads SARIF'],
  ],
  async run({ arguments: { files }, options, io, engine, out, workspace, version }) {
    const format = options.json ? 'json' : options.format
    const isText = format === 'text'
    const loaded = await workspace()
    const all: Checked[] = []
    for (const file of files) {
      try {
        const { plan } = await engine.compile(file, loaded)
        const params = parametersOf(plan)
        all.push({ file, name: plan.name, steps: plan.steps.length, params, problems: [] })
        if (isText) io.stdout.write(`${out.green('ok')}  ${file}: ${count(plan.steps.length, 'step')}\n${listed(params, out)}`)
      } catch (error) {
        if (!(error instanceof RecipeRefused)) throw error
        all.push({ file, name: null, steps: null, params: [], problems: error.problems })
        if (isText) io.stdout.write(`${error.show(out.color) || unreadable(file, error)}\n\n`)
      }
    }
    const problems = all.reduce((sum, checked) => sum + checked.problems.length, 0)
    if (format === 'json') io.stdout.write(`${JSON.stringify(all.map(withoutEnds), null, 2)}\n`)
    else if (format === 'sarif') io.stdout.write(`${JSON.stringify(sarif(all.flatMap((one) => one.problems), version), null, 2)}\n`)
    else if (problems > 0)
      io.stdout.write(`${out.red(count(problems, 'problem'))} in ${count(files.length, 'recipe')}\n`)
    return problems === 0 ? EXIT.ok : EXIT.usage
  },
})

/** The parameters of a recipe as a table below it. */
function listed(params: readonly ParameterInfo[], style: Style): string {
  if (params.length === 0) return ''
  const rows = params.map(({ name, type, required, default: given, description = '' }) => [
    { text: name },
    { text: type },
    { text: required ? '(required)' : given === undefined ? '' : JSON.stringify(given) },
    { text: description },
  ])
  const shown = table(['parameter', 'type', 'default', 'description'], rows, style)
  return `${shown.replaceAll(/^/gm, '      ')}\n`
}

/** Where a problem ends is of use to SARIF only. */
function withoutEnds({ problems, ...checked }: Checked): object {
  return { ...checked, problems: problems.map(({ endColumn: _, ...problem }) => problem) }
}

/** A problem of the file itself, which has no line to show. */
function unreadable(file: string, { code, message, problems }: RecipeRefused): string {
  const fix = problems[0]?.fix
  return `${file}: ${message.replace(/\.$/, '')} [${code}]${fix === undefined ? '' : `\n    = ${fix}`}`
}
