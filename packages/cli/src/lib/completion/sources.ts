import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { JobRegistry, ParamsSchema } from '@lorc/jobs-registry'
import { type AttemptRecord, parseItemName, type Plan, type RunStore } from '@lorc/runner'
import type { Surroundings } from '../command-line/command.ts'
import type { Io } from '../io.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import { paramRows } from '../jobs/param-rows.ts'
import { count } from '../render/quantity.ts'
import { findRun } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'
import type { Candidate, CompletionSources, ParamCandidate } from './candidates.ts'

const RUNS = 30
const RUNS_FOR_NAMES = 300
const ATTEMPTS = 10_000

/** The workspace that a shell stands in. */
export function workspaceSources(surroundings: Surroundings): CompletionSources {
  const { io, engine, workspace } = surroundings
  const withStore = <T>(use: (store: RunStore) => Promise<T>): Promise<T> =>
    withRunner(surroundings, ({ store }) => use(store))
  const registry = async (): Promise<JobRegistry> => {
    const { discoverJobs } = await import('@lorc/jobs-registry')
    return await discoverJobs(discoveryOptions(await workspace()))
  }
  return {
    recipes: (prefix) => paths(io, prefix, isRecipe),
    files: (prefix) => paths(io, prefix, () => true),
    folders: (prefix) => paths(io, prefix, () => false),
    runs: () =>
      withStore(async (store) => {
        const found = await store.list({ topLevel: true, limit: RUNS })
        const last = found.length === 0 ? [] : [{ text: 'last', about: 'the newest run' }]
        return [...last, ...found.map(({ runId, name, status }) => ({ text: runId, about: `${name}, ${status}` }))]
      }),
    recipeNames: () =>
      withStore(async (store) => {
        const found = await store.list({ limit: RUNS_FOR_NAMES })
        return [...new Set(found.map(({ name }) => name))].map((text) => ({ text }))
      }),
    stepsOfRecipe: async (file) => stepsOf((await engine.compile(resolve(io.cwd, file), await workspace())).plan),
    stepsOfRun: (run) =>
      withStore(async (store) => {
        const runId = await findRun(store, run)
        const { planHash = '' } = (await store.get(runId)) ?? {}
        const steps = stepsOf(JSON.parse((await store.plan(planHash)) ?? '{"steps":[]}') as Plan)
        return [...steps, ...failedItems(await store.attempts({ runId, limit: ATTEMPTS }))]
      }),
    packages: async (prefix) => {
      const { packages } = await registry()
      const isAlone = (name: string): boolean => packages.filter(({ shortName }) => shortName === name).length === 1
      const isShort = (name: string): boolean => !prefix.startsWith('@') && isAlone(name)
      return packages.map(({ name, shortName, jobs }) => ({ text: isShort(shortName) ? shortName : name, about: count(jobs.length, 'job') }))
    },
    jobs: async (packageName) => {
      const { getPackage } = await import('@lorc/jobs-registry')
      return getPackage(await registry(), packageName).jobs.map(({ name, summary }) => ({ text: name, ...(summary === undefined ? {} : { about: summary }) }))
    },
    paramsOfRecipe: async (file) => {
      const { plan } = await engine.compile(resolve(io.cwd, file), await workspace(), { keepNothing: true })
      return paramsOf(plan.params)
    },
    paramsOfJob: async (packageName, job) => {
      const { describeJob, findJob } = await import('@lorc/jobs-registry')
      const location = await findJob(discoveryOptions(await workspace()), packageName, job)
      // The declaration is there at once; to ask the job itself, its module is loaded.
      const params = location.params ?? (await describeJob(location, { limitMs: PATIENCE_MS })).params
      return paramsOf(params)
    },
  }
}

/** For a module, when somebody waits for a completion. */
const PATIENCE_MS = 2000

function paramsOf(schema: ParamsSchema | null | undefined): ParamCandidate[] {
  return paramRows(schema ?? {}).map(({ name, type, description, values }) => ({
    text: name,
    about: description ?? type,
    ...(values && { values: values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))) }),
  }))
}

function stepsOf({ steps }: Plan): Candidate[] {
  return steps.map(({ name, type }) => ({ text: name, about: type }))
}

/** The items whose last attempt failed: those are what is asked about. `attempts`: the last first. */
function failedItems(attempts: readonly AttemptRecord[]): Candidate[] {
  const last = new Map<string, AttemptRecord>()
  for (const attempt of attempts) if (!last.has(attempt.step)) last.set(attempt.step, attempt)
  const failed = [...last.values()].filter(({ step, status }) => status === 'failed' && parseItemName(step) !== undefined)
  return failed.map(({ step }) => ({ text: step, about: 'an item that failed' })).sort(inOrder)
}

function inOrder(a: Candidate, b: Candidate): number {
  return a.text.localeCompare(b.text, 'en', { numeric: true })
}

const isRecipe = async (path: string): Promise<boolean> =>
  /\.ya?ml$/.test(path) || (/\.[cm]?[jt]s$/.test(path) && (await readFile(path, 'utf8').catch(() => '')).includes('definePlan'))

/** As the shell will read it: `~/` is the home. */
export function expandHome(path: string, { HOME: home }: Io['env']): string {
  return home !== undefined && path.startsWith('~/') ? home + path.slice(1) : path
}

/** A link is what it leads to; undefined where that is gone. */
async function isFolder(entry: Dirent, path: string): Promise<boolean | undefined> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return await stat(path).then((found) => found.isDirectory(), () => undefined)
}

/** Folders, and files that are wanted, in the folder that `prefix` has come to; hidden ones where it asks for them. */
async function paths({ cwd, env }: Io, prefix: string, isWanted: (path: string) => boolean | Promise<boolean>): Promise<Candidate[]> {
  const folder = prefix.endsWith('/') ? prefix : prefix.includes('/') ? `${dirname(prefix)}/` : ''
  const begun = prefix.slice(folder === './' && !prefix.startsWith('./') ? 0 : folder.length)
  const place = resolve(cwd, expandHome(folder, env))
  const entries = await readdir(place, { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry): Promise<Candidate[]> => {
      const { name } = entry
      if (!name.startsWith(begun) || name.startsWith('.') !== begun.startsWith('.') || name === 'node_modules') return []
      const path = join(place, name)
      const leads = await isFolder(entry, path)
      if (leads === true) return [{ text: `${folder}${name}/` }]
      return leads === false && (await isWanted(path)) ? [{ text: folder + name }] : []
    }),
  )
  return found.flat().sort((a, b) => (a.text < b.text ? -1 : 1))
}
