// What `npm start` and `npm test` begin with. Plain JavaScript for Node 18 and newer, without dependencies.
import { root, tools } from './bootstrap/folder.mjs'
import { Problem } from './bootstrap/problem.mjs'
import { foreground } from './bootstrap/program.mjs'
import { setUp } from './bootstrap/setup.mjs'

const node = `${tools}/bin/node`

const commands = {
  /** Runs the main job. Its result is the last line on stdout; everything else goes to stderr. */
  start: async (args) => {
    const env = await setUp('built')
    return foreground(node, ['start.mjs', ...args], { cwd: `${root}/examples/weather`, env })
  },
  /** Runs every check. */
  test: async (args) => {
    const env = await setUp('installed')
    return foreground(node, [`${root}/tools/check.ts`, ...args], { cwd: root, env })
  },
  /** Makes `./lorc` work, and nothing else. */
  build: async () => {
    await setUp('built')
    return 0
  },
}

const [name, ...args] = process.argv.slice(2)
try {
  if (!Object.hasOwn(commands, name)) throw new Problem(`There is no "${name}".`, `Known: ${Object.keys(commands).join(', ')}.`)
  process.exitCode = await commands[name](args)
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`${error}\n`)
  process.exitCode = 1
}
