import { defineCommand, JSON_OPTION } from '../command.ts'
import { type CliProblem, RecipeRefused } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { count } from '../render/quantity.ts'

interface Checked {
  file: string
  name: string | null
  steps: number | null
  problems: readonly CliProblem[]
}

export const validate = defineCommand({
  description:
    'Reports every problem of each recipe at once: where it is, what is wrong, and how to mend it. No code of the ' +
      'workspace is run. Every `lorc run` does the same before it starts.',
  arguments: { files: { label: 'FILE', summary: 'A recipe, a YAML file', required: true, many: true } },
  options: JSON_OPTION,
  examples: [
    ['validate recipes/daily.yaml', 'check a recipe'],
    ['validate recipes/*.yaml --json', 'check all of them, for a program'],
  ],
  async run({ arguments: { files }, options: { json }, io, engine, out, workspace }) {
    const loaded = await workspace()
    const all: Checked[] = []
    for (const file of files) {
      try {
        const { plan } = await engine.compile(file, loaded)
        all.push({ file, name: plan.name, steps: plan.steps.length, problems: [] })
        if (!json) io.stdout.write(`${out.green('ok')}  ${file}: ${count(plan.steps.length, 'step')}\n`)
      } catch (error) {
        if (!(error instanceof RecipeRefused)) throw error
        all.push({ file, name: null, steps: null, problems: error.problems })
        if (!json) io.stdout.write(`${error.show(out.color) || unreadable(file, error)}\n\n`)
      }
    }
    const problems = all.reduce((sum, checked) => sum + checked.problems.length, 0)
    if (json) io.stdout.write(`${JSON.stringify(all, null, 2)}\n`)
    else if (problems > 0)
      io.stdout.write(`${out.red(count(problems, 'problem'))} in ${count(files.length, 'recipe')}\n`)
    return problems === 0 ? EXIT.ok : EXIT.usage
  },
})

/** A problem of the file itself, which has no line to show. */
function unreadable(file: string, { code, message, problems }: RecipeRefused): string {
  const fix = problems[0]?.fix
  return `${file}: ${message.replace(/\.$/, '')} [${code}]${fix === undefined ? '' : `\n    = ${fix}`}`
}
