import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'

const INSTALLED = 3000
const WITH_JOBS = 1000
/** Of those without jobs: the rest is what others bring with them. */
const DECLARED = 200

/** `lorc jobs list` in a workspace as npm installs it. Variants: `cold`, which forgets what it kept before each start, and `warm`. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  install(scratch)
  const start = (): string => {
    if (variant === 'cold') rmSync(join(scratch, '.lorc'), { recursive: true, force: true })
    const { status, stdout, stderr } = spawnSync(execPath, [LORC, 'jobs', 'list'], { cwd: scratch, encoding: 'utf8', maxBuffer: 1 << 24 })
    if (status !== 0) throw new Error(`lorc jobs list ended with ${status}: ${stderr}`)
    return stdout
  }
  const listed = start().match(/^ {2}\S/gm)?.length
  if (listed !== WITH_JOBS) throw new Error(`lorc lists ${listed} jobs of ${WITH_JOBS}`)
  return {
    version: lorcVersion,
    settings: '',
    tasks: {
      start: async (times) => {
        for (let i = 0; i < times; i++) start()
      },
    },
    close: async () => {},
  }
}

function install(root: string): void {
  const dependencies: Record<string, string> = {}
  for (let index = 0; index < INSTALLED; index++) {
    const hasJobs = index < WITH_JOBS
    const name = hasJobs ? `@team${index % 20}/jobs-${index}` : `library-${index}`
    if (index < WITH_JOBS + DECLARED) dependencies[name] = '^1.0.0'
    const folder = join(root, 'node_modules', name)
    write(join(folder, 'package.json'), JSON.stringify(manifest(name, hasJobs), null, 2))
    if (hasJobs) write(join(folder, 'dist/jobs.js'), 'export async function extract() {}\n')
  }
  write(join(root, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2))
  // As npm leaves it: it tells that nothing was installed since.
  write(join(root, 'node_modules/.package-lock.json'), '{}')
}

/** About as long as package.json files are. */
function manifest(name: string, hasJobs: boolean): object {
  return {
    name,
    version: '1.0.0',
    description: 'One of the packages that a workspace has come to depend on over the years',
    keywords: ['one', 'of', 'many'],
    license: 'MIT',
    author: 'Somebody <somebody@example.com>',
    repository: { type: 'git', url: 'git+https://git.example.com/somebody/somewhere.git' },
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist'],
    scripts: { build: 'tsc', lint: 'eslint .', test: 'node --test' },
    dependencies: { 'library-2000': '^1.0.0', 'library-2001': '^1.0.0' },
    devDependencies: { eslint: '^10.0.0', typescript: '^6.0.0' },
    ...(hasJobs ? { lorc: { jobs: { extract: { module: './dist/jobs.js', export: 'extract', summary: 'Extracts what is new' } } } } : {}),
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
