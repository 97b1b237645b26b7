import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'

export const pythonPath = defineCommand({
  description:
    "Prints the PYTHONPATH that makes the workspace's modules and lorc's Python library importable outside of a " +
      "run: for pytest, and for `python step.py --params`.",
  arguments: {},
  options: JSON_OPTION,
  examples: [['python-path', 'use it as: PYTHONPATH="$(lorc python-path)" pytest']],
  async run({ io, engine, workspace, options }) {
    const { root } = await workspace()
    const path = `${root}:${await engine.pythonPath()}`
    io.stdout.write(options.json ? `${JSON.stringify({ path })}\n` : `${path}\n`)
    return EXIT.ok
  },
})
