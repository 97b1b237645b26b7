import { defineCommand, JSON_OPTION } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const pythonPath = defineCommand({
  description:
    "Prints the folder that makes lorc's Python library importable outside of a run: for pytest, and for `python step.py --params`.",
  arguments: {},
  options: JSON_OPTION,
  examples: [['python-path', 'use it as: PYTHONPATH="$(lorc python-path)" pytest']],
  async run({ io, engine, options }) {
    const path = await engine.pythonPath()
    io.stdout.write(options.json ? `${JSON.stringify({ path })}\n` : `${path}\n`)
    return EXIT.ok
  },
})
