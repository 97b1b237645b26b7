import { openRecipe } from '@lorc/runner'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'

const YAML = fileURLToPath(import.meta.resolve('yaml'))

/**
 * A recipe of Node steps, from its text to the start of a run. Variants: `node` (nothing but its start), `yaml` (that
 * and the parser of YAML), `lorc validate`, `lorc run` (until its first step begins), both with nothing kept, `lorc run, kept`,
 * `open` (of a recipe whose plan is kept, within a process).
 */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  mkdirSync(join(scratch, 'steps'))
  // Plans are kept only where there is a state folder.
  mkdirSync(join(scratch, '.lorc'))
  writeFileSync(join(scratch, 'steps', 'nothing.mjs'), NOTHING)
  writeFileSync(join(scratch, 'node.mjs'), '')
  writeFileSync(
    join(scratch, 'yaml.mjs'),
    `import { readFileSync } from 'node:fs'\nimport { parse } from '${YAML}'\nparse(readFileSync('recipe.yaml', 'utf8'))\n`,
  )
  const write = (size: number): void => writeFileSync(join(scratch, 'recipe.yaml'), recipe(size))
  const start = (...args: string[]): void => {
    const { status, stderr } = spawnSync(execPath, args, { cwd: scratch, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${variant} ended with ${status}: ${stderr}`)
  }
  const timed = async (work: () => unknown): Promise<{ measured: number }> => {
    const began = performance.now()
    await work()
    return { measured: performance.now() - began }
  }
  const forget = (): void => rmSync(join(scratch, '.lorc', 'plans'), { recursive: true, force: true })
  const untilFirstStep = (): { measured: number } => {
    const began = now()
    start(LORC, 'run', 'recipe.yaml')
    return { measured: Number(readFileSync(join(scratch, 'began'), 'utf8')) - began }
  }
  const workspace = { root: scratch, allow: [] }
  const stateDir = join(scratch, '.lorc')
  const tasks: Record<string, (size: number) => Promise<{ measured: number }>> = {
    node: () => timed(() => start('node.mjs')),
    yaml: () => timed(() => start('yaml.mjs')),
    'lorc validate': () => (forget(), timed(() => start(LORC, 'validate', 'recipe.yaml'))),
    'lorc run': async () => (forget(), untilFirstStep()),
    'lorc run, kept': async () => untilFirstStep(),
    open: () => timed(() => openRecipe(join(scratch, 'recipe.yaml'), workspace, stateDir)),
  }
  return {
    version: variant === 'node' ? process.versions.node : variant === 'yaml' ? '' : lorcVersion,
    settings: '',
    tasks: {
      start: (size) => {
        write(size)
        return tasks[variant]!(size)
      },
    },
    close: async () => {},
  }
}

/** Milliseconds on a clock that all processes share. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

/** The first step tells when it began. */
const NOTHING = `import { writeFileSync } from 'node:fs'
export function run(_, { i }) {
  if (i === 0) writeFileSync('began', String(performance.timeOrigin + performance.now()))
}
`

function recipe(size: number): string {
  const step = (i: number): string =>
    `  - name: s${i}\n    type: node\n    module: steps/nothing.mjs\n    function: run\n    args: { i: ${i} }\n${i === 0 ? '' : `    depends_on: [s${i - 1}]\n`}`
  return `name: thousand\nsteps:\n${Array.from({ length: size }, (_, i) => step(i)).join('')}`
}
