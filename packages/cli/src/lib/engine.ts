import type { Plan, Runner, RunStore, StartOptions, StepExecutor } from '@lorc/runner'
import type { Io } from './io.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** A recipe that was compiled and has no problem. */
export interface CompiledRecipe {
  plan: Plan
  recipe: NonNullable<StartOptions['recipe']>
}

export interface OpenOptions {
  workspace: LoadedWorkspace
  env: Io['env']
  /** Keep nothing: the run is forgotten when the runner is closed. */
  forget?: boolean
  /** Executors that take the place of others. */
  executors?: readonly StepExecutor[]
  /** Where there is no store, make none: there is nothing to read. */
  readOnly?: boolean
}

/** What the CLI asks of the other packages. They are loaded on first use; tests pass scripted ones. */
export interface Engine {
  /** Closing the runner closes its store. */
  openRunner(options: OpenOptions): Promise<OpenRunner>
  /** Throws RecipeRefused with all its problems. `file` is absolute or relative to the current folder. */
  compile(file: string, workspace: LoadedWorkspace, options?: CompileOptions): Promise<CompiledRecipe>
  /** The folder that makes the host's Python library importable. */
  pythonPath(): Promise<string>
}

export interface CompileOptions {
  /** Leave nothing behind that would spare the next run its compilation. */
  keepNothing?: boolean
}

export interface OpenRunner {
  runner: Runner
  store: RunStore
  close(): Promise<void>
}
