import { relative, resolve } from 'node:path'
import { defineCommand } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { knownKeys } from '../keys/known-keys.ts'
import { pythonText } from '../keys/python-text.ts'
import { typescriptText } from '../keys/typescript-text.ts'
import { writeOutput } from '../output-file.ts'
import { withRunner } from '../with-runner.ts'

export const types = defineCommand({
  description:
    'Writes types for the context keys and the parameters of a recipe: those that its steps declare with `produces`, and for ' +
    'the other keys what its last 20 runs left. A TypeScript declaration file, or Python TypedDicts.',
  arguments: { file: { label: 'FILE', summary: 'The recipe', required: true } },
  options: {
    lang: { kind: 'choice', choices: ['ts', 'python'], default: 'ts', summary: 'For which language' },
    output: { kind: 'text', label: 'FILE', short: 'o', summary: 'Write there. Default: stdout' },
  },
  examples: [
    ['types recipes/daily.yaml -o steps/daily.d.ts', 'for steps in TypeScript'],
    ['types recipes/daily.yaml --lang python -o steps/daily_types.py', 'for steps in Python'],
  ],
  async run(invocation) {
    const { io, engine, options, workspace } = invocation
    const loaded = await workspace()
    const { file } = invocation.arguments
    const { plan } = await engine.compile(file, loaded)
    const keys = await withRunner(invocation, (open) => knownKeys(open, plan))
    const described = { recipe: plan.name, keys, params: plan.params ?? null }
    const shown = relative(loaded.root, resolve(io.cwd, file)).replaceAll('\\', '/')
    await writeOutput(io, options.output, options.lang === 'ts' ? typescriptText(described, shown) : pythonText(described, shown))
    return EXIT.ok
  },
})
