import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { writeOutput } from '../output-file.ts'

const TO = ['ts', 'yaml', 'other'] as const

export const convert = defineCommand({
  description:
    'Writes a YAML recipe as a TypeScript plan, or a TypeScript plan as a YAML recipe. Both make exactly the same plan; what ' +
    'follows from the order of the steps is left out, and so are comments. Recipes that a recipe runs become part of a ' +
    'TypeScript plan.',
  arguments: { file: { label: 'FILE', summary: 'A recipe, in YAML or TypeScript', required: true } },
  options: {
    to: { kind: 'choice', choices: TO, default: 'other', summary: 'What to write; `other`: what FILE is not' },
    output: { kind: 'text', label: 'FILE', short: 'o', summary: 'Write there. Default: stdout' },
  },
  examples: [
    ['convert recipes/daily.yaml -o daily.plan.ts', 'go on in TypeScript'],
    ['convert daily.plan.ts --to yaml', 'and back'],
  ],
  async run({ arguments: { file }, options, io, err, engine, workspace }) {
    const { plan } = await engine.compile(file, await workspace())
    const to = options.to === 'other' ? (/\.ya?ml$/i.test(file) ? 'ts' : 'yaml') : options.to
    const output = options.output
    if (output !== undefined && /\.ya?ml$/i.test(output) !== (to === 'yaml')) {
      throw new CliError('CLI_OPTION_INVALID', `--output: \`${output}\` is not the name of a ${to} file.`, {
        fix: to === 'ts' ? 'name a `.ts` file, or add --to yaml.' : 'name a `.yaml` file, or add --to ts.',
      })
    }
    const { planToSource, planToYaml } = await import('@lorc/runner/recipe')
    const commented = await hasComments(resolve(io.cwd, file))
    await writeOutput(io, output, to === 'ts' ? planToSource(plan) : planToYaml(plan))
    if (commented) io.stderr.write(err.dim(`the comments of ${file} are not in what was written\n`))
    return EXIT.ok
  },
})

/** Whether a line begins with a comment, other than the one that names a schema to editors. */
async function hasComments(path: string): Promise<boolean> {
  const begins = /\.ya?ml$/i.test(path) ? /^\s*#(?! yaml-language-server:)/m : /^\s*(?:\/\/|\/\*)/m
  return begins.test(await readFile(path, 'utf8'))
}
