import { join } from 'node:path'
import {
  createFilesStore,
  createMemoryStore,
  createRunner,
  createSqliteStore,
  openRecipe,
  pythonPath,
  type RunnerOptions,
  type RunStore,
} from '@lorc/runner'
import type { Problem } from '@lorc/runner/recipe'
import { steeringRecord } from './access/steering-record.ts'
import type { Engine, OpenOptions } from './engine.ts'
import { RecipeRefused } from './errors.ts'
import { count } from './render/quantity.ts'
import { lazyJobFinder, lazyJobPort } from './job-run/lazy-job-port.ts'
import { lazyModuleExecutors, lazyModuleFinder } from './module-run/lazy-modules.ts'
import { hasStore, storePlace } from './store-place.ts'

/** The packages themselves. `version` is lorc's. */
export function realEngine(version: string): Engine {
  return {
    async openRunner(options) {
      const store = await openStore(options)
      const jobs = lazyJobPort(options)
      const scratch = options.jobs?.dryRun === true ? await scratchFolder() : undefined
      try {
        const executors = [...lazyModuleExecutors(options), ...(options.runner?.executors ?? [])]
        const runner = await createRunner({ ...runnerOptions(options), executors, ...scratch?.folders, versions: { lorc: version }, store, jobs })
        return { runner, store, record: steeringRecord(options, runner), close: () => closeAll([runner, jobs, store, ...(scratch ? [scratch] : [])]) }
      } catch (error) {
        await store.close()
        throw error
      }
    },
    async compile(file, workspace, { keepNothing = false } = {}) {
      const { root, stateDir, config } = workspace
      const place = { root, allow: config.allow, jobs: lazyJobFinder(workspace), modules: lazyModuleFinder(workspace) }
      const { plan, problems, sha256, path } = await openRecipe(file, place, keepNothing ? null : stateDir)
      if (plan !== undefined) return { plan, recipe: { path, sha256 } }
      const { formatProblem } = await import('@lorc/runner/recipe')
      throw refused(file, problems, formatProblem)
    },
    async findJob(packageName, job, workspace) {
      const { jobFinder, loadJob } = await import('./job-run/job-port.ts')
      const finder = jobFinder(workspace)
      const place = await finder.locate(packageName, job)
      return { place, name: job, spec: await loadJob(place), finder }
    },
    pythonPath: () => Promise.resolve(pythonPath()),
  }
}

type RecipeModule = typeof import('@lorc/runner/recipe')

function refused(file: string, all: readonly Problem[], format: RecipeModule['formatProblem']): Error {
  const [first, ...rest] = all.map(({ code, message, file, line, column, endColumn, fix }) => ({
    code,
    message,
    file,
    line,
    column,
    ...(endColumn === undefined ? {} : { endColumn }),
    ...(fix === undefined ? {} : { fix }),
  }))
  if (first === undefined) return new Error(`${file} compiled to no plan, without a problem`)
  // A file that cannot be read has no line to show.
  if (rest.length === 0 && all[0]?.snippet === '') return new RecipeRefused(`${first.message}.`, [first], () => '')
  const show = (color: boolean): string => all.map((problem) => format(problem, { color })).join('\n\n')
  return new RecipeRefused(`${file} has ${count(all.length, 'problem')}: nothing was run.`, [first, ...rest], show)
}

/** What a dry run logs, it logs there. */
async function scratchFolder(): Promise<{ folders: { stateDir: string; runsDir: string }; close(): Promise<void> }> {
  const { mkdtemp, rm } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const folder = await mkdtemp(join(tmpdir(), 'lorc-dry-'))
  return {
    folders: { stateDir: join(folder, 'state'), runsDir: join(folder, 'runs') },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** One after the other, whatever becomes of one. */
async function closeAll([first, ...rest]: readonly { close(): Promise<void> }[]): Promise<void> {
  try {
    await first?.close()
  } finally {
    if (rest.length > 0) await closeAll(rest)
  }
}

/** The store that a workspace's configuration names. */
export function openStore({ workspace, forget, readOnly }: OpenOptions): RunStore | Promise<RunStore> {
  const { config } = workspace
  if (forget === true || (readOnly === true && !hasStore(workspace))) return createMemoryStore()
  const place = storePlace(workspace)
  return config.store === 'sqlite'
    ? createSqliteStore({ file: place, durability: config.durability, reading: readOnly === true })
    : createFilesStore({ dir: place, durability: config.durability, reading: readOnly === true })
}

/** What a workspace's configuration says of its runner. */
export function runnerOptions({ workspace, env, runner }: OpenOptions): RunnerOptions {
  const { root, stateDir, config } = workspace
  return {
    workspace: root,
    stateDir,
    env,
    allow: config.allow,
    graceMs: config.graceSec * 1000,
    leaseMs: config.leaseSec * 1000,
    ...runner,
    ...(config.concurrency === null ? {} : { concurrency: config.concurrency }),
    ...(config.python === null ? {} : { python: config.python }),
  }
}
