// Installs the packed packages into an empty project, as a user would: `packed-install.ts [oldest]`, in the root.
// With `oldest` everything there runs on the oldest Node that is supported, else on the Node that runs this.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { oldestNode } from '../bootstrap/toolchain.mjs'
import { projectFiles } from './packed-project.ts'
import { packAll } from './tarballs.ts'

const isOldest = process.argv[2] === 'oldest'
const node = isOldest ? oldestNode() : process.execPath
const project = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-install-')))

const run = (...command: [string, ...string[]]): string => runIn(project, ...command)

const runIn = (cwd: string, ...command: [string, ...string[]]): string => {
  const [program, ...args] = command
  const PATH = `${dirname(node)}:${process.env.PATH ?? ''}`
  const done = spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, PATH, npm_config_loglevel: 'error' } })
  if (done.status === 0) return done.stdout
  throw new Error(`${command.join(' ')}: exit code ${done.status ?? 'none'}\n${done.stdout}${done.stderr}${String(done.error ?? '')}`)
}

const expectEqual = (what: string, actual: unknown, expected: unknown): void => {
  if (actual !== expected) throw new Error(`${what} is ${String(actual)} instead of ${String(expected)}`)
}

/** What a job author and an operator do: list, show, run a job, run a recipe of jobs, begin a package of one's own. */
const checkJobs = (): void => {
  const lorc = (...words: string[]): unknown => JSON.parse(run('npx', 'lorc', ...words))
  const { packages } = lorc('jobs', 'list', '--json') as { packages: { short_name: string; jobs: { name: string }[] }[] }
  expectEqual('the jobs', packages.flatMap(({ short_name, jobs }) => jobs.map(({ name }) => `${short_name}/${name}`)).join(), JOBS)
  const { params } = lorc('jobs', 'show', 'ingester', 'extract_earthquakes', '--json') as { params: { properties: object } }
  expectEqual('the parameters', Object.keys(params.properties).join(), 'feed,min_magnitude')
  const { result } = lorc('run', 'ingester', 'extract_earthquakes', '--since', '2018-02-06', '--until', '2018-02-07') as { result: { inserted: number } }
  expectEqual('the earthquakes of a day', result.inserted, 209)
  writeFileSync(join(project, 'earthquakes.yaml'), readFileSync('examples/pipeline/earthquakes.yaml'))
  expectEqual('the status of the recipe of jobs', (lorc('run', 'earthquakes.yaml') as { status: string }).status, 'ok')
  const counted = lorc('sql', "SELECT COUNT(*) AS n FROM events WHERE event_type = 'earthquake.scored'", '--format', 'json') as { n: number }[]
  expectEqual('the scores', counted[0]?.n, 1679)
}

/** Packages that `lorc init` writes, in folders of their own: each is installed, tested, built and run as its author would. */
const checkTemplates = async (tarballs: readonly string[]): Promise<void> => {
  const registry = spawn(process.execPath, [join(import.meta.dirname, 'local-registry.ts'), ...tarballs], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [url] = (await once(registry.stdout.setEncoding('utf8'), 'data')) as [string]
    const begin = (template: string, name: string): ((...command: [string, ...string[]]) => string) => {
      const folder = mkdtempSync(join(tmpdir(), 'lorc-init-'))
      folders.push(folder)
      run('npx', 'lorc', 'init', template, join(folder, name))
      writeFileSync(join(folder, name, '.npmrc'), `@lorc:registry=${url.trim()}\n`)
      runIn(join(folder, name), 'npm', 'install', ...QUICKLY)
      runIn(join(folder, name), 'npm', 'test')
      return (...command) => runIn(join(folder, name), ...command)
    }
    // Each takes some seconds to install: one template on the one Node, the others on the other.
    if (isOldest) {
      const job = begin('job', 'mailbox')
      job('npm', 'run', 'build')
      job('npm', 'run', 'check')
      const { result } = JSON.parse(job('npx', 'lorc', 'run', 'mailbox', 'extract_earthquakes', '--since', '2018-02-06', '--until', '2018-02-07')) as { result: { inserted: number } }
      expectEqual('the earthquakes of a day, by the job that was begun', result.inserted, 209)
      return
    }
    const pipeline = begin('pipeline', 'quakes')
    pipeline('npm', 'run', 'build')
    const { ctx_keys: keys } = JSON.parse(pipeline('npx', 'lorc', 'run', 'earthquakes.yaml')) as { ctx_keys: string[] }
    expectEqual('what the pipeline that was begun leaves in the context', keys.join(), 'earthquakes.top_v1')
    begin('modules', 'brief')
    const recipe = begin('recipe', 'forecast')
    expectEqual('the status of the recipe that was begun', (JSON.parse(recipe('npm', 'run', '--silent', 'start')) as { status: string }).status, 'ok')
  } finally {
    registry.kill()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
}

const folders: string[] = []
const QUICKLY = ['--no-audit', '--no-fund', '--prefer-offline']

const JOBS = 'canonizer/canonize_earthquakes,final-form/score_earthquakes,final-form/count_by_day,ingester/extract_earthquakes'

/** A class of a bundle that names itself within itself has another name: Node prints it with the stack of an error. */
const LOOK = `const all = Object.entries(await import(process.argv[1]))
if (all.length === 0) throw new Error('exports nothing')
for (const [name, value] of all) if (typeof value === 'function' && value.name === '_' + name) throw new Error(name + ' is named _' + name)`

try {
  const examples = ['ingester', 'canonizer', 'final-form'].filter((name) => existsSync(`examples/${name}`))
  using tarballs = await packAll(resolve('.'), examples)
  const hasPython = spawnSync('python3', ['--version']).status === 0
  for (const [name, text] of Object.entries(projectFiles({ python: hasPython }))) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), text)
  }
  run('npm', 'install', ...QUICKLY, ...[...tarballs.all, ...tarballs.examples].map(({ path }) => path))
  for (const { name } of tarballs.all.filter(({ importable }) => importable)) {
    run(node, '--input-type=module', '-e', LOOK, name)
  }
  const manifest = JSON.parse(readFileSync('packages/cli/package.json', 'utf8')) as { version: string }
  expectEqual('the version', run('npx', 'lorc', '--version').trim(), manifest.version)
  const stdout = run('npx', 'lorc', 'run', 'recipe.yaml')
  expectEqual('the number of lines on stdout', stdout.trimEnd().split('\n').length, 1)
  const result = JSON.parse(stdout) as { status: string; ctx_keys: string[] }
  expectEqual('the status', result.status, 'ok')
  expectEqual('ctx_keys', result.ctx_keys.filter((key) => key.startsWith('sum.')).join(), ['sum.node_v1', ...(hasPython ? ['sum.python_v1'] : []), 'sum.shell_v1'].join())
  if (examples.length > 0) {
    checkJobs()
    await checkTemplates(tarballs.all.map(({ path }) => path))
  }
  console.log(`${tarballs.all.map(({ name }) => name).join(', ')} on Node ${run(node, '--version').trim()}${hasPython ? '' : ', without Python'}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(project, { recursive: true, force: true })
}
