import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { NotHere, type Contender, type OpenOptions, type Task } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'
import { shellGraph } from './shell-graph.ts'
import { makefile, ninjaFile, recipe, SCRIPT, type Tool, turboWorkspace, wireitPackage } from './shell-tools.ts'

const PEERS = fileURLToPath(new URL('../../peers/node_modules/.bin', import.meta.url))
const lorc = [execPath, LORC, 'run', 'recipe.yaml', '--concurrency', '2']

const tools: Record<string, Tool> = {
  lorc: { files: (graph) => ({ 'recipe.yaml': recipe(graph) }), argv: lorc, settings: '`lorc run`, all of it: SQLite store, `power`' },
  'lorc without Python': {
    files: (graph) => ({ 'recipe.yaml': recipe(graph), 'lorc.config.json': JSON.stringify({ python: '/nowhere/python3' }) }),
    argv: lorc,
    settings: 'as lorc, with an interpreter configured that is not there',
  },
  make: { files: makefile('./ok'), argv: ['make', '-j2'], version: ['make', '--version'], settings: '`make -j2`' },
  'make, of `true`': { files: makefile('true'), argv: ['make', '-j2'], version: ['make', '--version'], settings: 'runs `true` instead' },
  ninja: { files: ninjaFile, argv: ['ninja', '-j2'], version: ['ninja', '--version'], settings: '`ninja -j2`' },
  wireit: {
    files: wireitPackage,
    argv: ['npm', 'run', '--silent', 'all'],
    env: { WIREIT_PARALLEL: '2', WIREIT_CACHE: 'none' },
    version: ['npm', 'ls', '--prefix', join(PEERS, '..', '..'), '--depth', '0', 'wireit'],
    settings: 'two at a time, no cache',
  },
  turbo: {
    files: turboWorkspace,
    argv: ['turbo', 'run', 'go', '--concurrency', '2', '--ui', 'stream'],
    version: ['turbo', '--version'],
    settings: 'a package for each step, two at a time, no cache',
  },
}

/** A graph of commands, run by a program from its start to its exit. Variants: the names of `tools`. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const tool = tools[variant]!
  const path = [PEERS, dirname(execPath), env['PATH']].join(delimiter)
  const version = tool.version && spawnSync(tool.version[0]!, tool.version.slice(1), { encoding: 'utf8', env: { ...env, PATH: path } })
  if (version?.error) throw new NotHere(version.error.message)
  const folders = new Map<string, string>()
  const task =
    (shape: string): Task =>
    async (size) => {
      const key = `${shape}-${size}`
      const folder = folders.get(key) ?? prepare(join(scratch, key), tool.files(shellGraph(shape, size)))
      folders.set(key, folder)
      const begin = performance.now()
      await run(tool.argv, folder, { ...env, ...tool.env, PATH: path })
      return { measured: performance.now() - begin }
    }
  return {
    version: tool.version ? (/\d+\.\d+[.\d]*/.exec((version?.stdout ?? '').replace(/.*wireit@/s, ''))?.[0] ?? '') : lorcVersion,
    settings: tool.settings,
    tasks: { independent: task('independent'), chained: task('chained'), layered: task('layered') },
    close: async () => {},
  }
}

function prepare(folder: string, files: Record<string, string>): string {
  mkdirSync(folder)
  writeFileSync(join(folder, 'ok'), SCRIPT, { mode: 0o755 })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

function run(argv: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.resume()
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${argv[0]} ended with ${code}: ${said}`))))
  })
}
