import { join } from 'node:path'
import type { RunStore } from '@lorc/runner'
import type { Problem } from '@lorc/runner/recipe'
import type { Engine, OpenOptions } from './engine.ts'
import { RecipeRefused } from './errors.ts'
import { count } from './render/quantity.ts'

export type RunnerModule = typeof import('@lorc/runner')

/**
 * The packages themselves, each loaded on first use. `version` is lorc's; `onRunner` gets the runner's exports once
 * they are loaded.
 */
export function realEngine(version: string, onRunner: (exports: RunnerModule) => void): Engine {
  return {
    async openRunner(options) {
      const exports = await import('@lorc/runner')
      onRunner(exports)
      const store = await openStore(exports, options)
      try {
        const runner = await exports.createRunner({ ...runnerOptions(options), versions: { lorc: version }, store })
        return { runner, store, close: () => closeBoth(runner, store) }
      } catch (error) {
        await store.close()
        throw error
      }
    },
    async compile(file, workspace) {
      const { formatProblem, loadRecipe } = await import('@lorc/runner/recipe')
      const { plan, problems, sha256, path } = await loadRecipe(file, {
        root: workspace.root,
        allow: workspace.config.allow,
      })
      if (plan !== undefined) return { plan, recipe: { path, sha256 } }
      throw refused(file, problems, formatProblem)
    },
    async pythonPath() {
      const { pythonPath } = await import('@lorc/runner')
      return pythonPath()
    },
  }
}

type RecipeModule = typeof import('@lorc/runner/recipe')

function refused(file: string, all: readonly Problem[], format: RecipeModule['formatProblem']): Error {
  const [first, ...rest] = all.map(({ code, message, file, line, column, fix }) => ({
    code,
    message,
    file,
    line,
    column,
    ...(fix === undefined ? {} : { fix }),
  }))
  if (first === undefined) return new Error(`${file} compiled to no plan, without a problem`)
  // A file that cannot be read has no line to show.
  if (rest.length === 0 && all[0]?.snippet === '') return new RecipeRefused(`${first.message}.`, [first], () => '')
  const show = (color: boolean): string => all.map((problem) => format(problem, { color })).join('\n\n')
  return new RecipeRefused(`${file} has ${count(all.length, 'problem')}: nothing was run.`, [first, ...rest], show)
}

async function closeBoth(runner: { close(): Promise<void> }, store: RunStore): Promise<void> {
  try {
    await runner.close()
  } finally {
    await store.close()
  }
}

function openStore(exports: RunnerModule, { workspace, forget }: OpenOptions): RunStore | Promise<RunStore> {
  const { root, config } = workspace
  if (forget === true) return exports.createMemoryStore()
  return config.store === 'sqlite'
    ? exports.createSqliteStore({ file: join(root, '.lorc', 'lorc.db'), durability: config.durability })
    : exports.createFilesStore({ dir: join(root, '.lorc', 'journals'), durability: config.durability })
}

function runnerOptions({ workspace, env }: OpenOptions): Parameters<RunnerModule['createRunner']>[0] {
  const { root, config } = workspace
  return {
    workspace: root,
    env,
    allow: config.allow,
    graceMs: config.graceSec * 1000,
    leaseMs: config.leaseSec * 1000,
    ...(config.concurrency === null ? {} : { concurrency: config.concurrency }),
    ...(config.python === null ? {} : { python: config.python }),
  }
}
