import { fstatSync, writeSync } from 'node:fs'
import { extname } from 'node:path'
import { getBuiltinModule } from 'node:process'
import { discoverJobs, type JobRegistry, keptJobs } from '@lorc/jobs-registry'
import { createStyle, type Style, wantsColor } from '../render/style.ts'
import { nearestWorkspace, stateFolder } from '../workspace-place.ts'
import { listText, problemText } from './list-text.ts'
import { registryJson } from './registry-json.ts'

type Program = Pick<NodeJS.Process, 'cwd' | 'env' | 'stdout' | 'stderr'>

/**
 * `lorc jobs list [--json]` without the rest of lorc, which takes longer to load than a thousand jobs to be listed. False: it
 * is for the command itself, and nothing was printed: there are other words, no jobs, or a configuration that has to be read.
 */
export async function listQuickly(program: Program, words: readonly string[]): Promise<boolean> {
  const [first, second, option, ...more] = words
  if (first !== 'jobs' || second !== 'list' || more.length > 0 || !(option === undefined || option === '--json')) return false
  const registry = await registryIn(program).catch(() => undefined)
  if (registry === undefined || registry.packages.length === 0) return false
  if (option === '--json') {
    write(program, 'stdout', `${JSON.stringify(registryJson(registry), null, 2)}\n`)
    return true
  }
  const columns = isTerminal(1) ? program.stdout.columns : Number.POSITIVE_INFINITY
  write(program, 'stdout', listText(registry.packages, styleOf(program, 1), columns))
  if (registry.problems.length > 0) write(program, 'stderr', problemText(registry.problems, styleOf(program, 2)))
  return true
}

async function registryIn(program: Program): Promise<JobRegistry | undefined> {
  const { root, configFile } = nearestWorkspace(program.cwd())
  // Nobody knows what a program reads besides itself.
  if (configFile !== null && extname(configFile) === '.ts') return undefined
  const cacheDir = stateFolder(root, program.env)
  const kept = keptJobs({ root, cacheDir, optionFiles: configFile === null ? [] : [configFile] })
  if (kept !== undefined || configFile !== null) return kept
  // It is over before optimized code pays: to compile that would take a third of the time.
  const { setFlagsFromString } = getBuiltinModule('node:v8')
  setFlagsFromString('--no-opt --no-maglev')
  try {
    return await discoverJobs({ root, cacheDir, fresh: true })
  } finally {
    setFlagsFromString('--opt --maglev')
  }
}

function styleOf({ env }: Program, fd: 1 | 2): Style {
  return createStyle(wantsColor(env, { isTTY: isTerminal(fd) }, false))
}

/** node:tty loads what networks are made of: it is asked only about what may be a terminal. */
function isTerminal(fd: 1 | 2): boolean {
  return fstatSync(fd).isCharacterDevice() && getBuiltinModule('node:tty').isatty(fd)
}

/** To open `process.stdout` takes longer than to write to it, so that is left to readers who do not keep up. */
function write(program: Program, stream: 'stdout' | 'stderr', text: string): void {
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(stream === 'stdout' ? 1 : 2, bytes, written)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') program[stream].write(bytes.subarray(written))
    // Else the reader is gone.
  }
}
