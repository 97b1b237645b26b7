import type { JobFinder, JobLogLevel, Plan, Runner, RunnerOptions, RunStore, StartOptions } from '@lorc/runner'
import type { SteeringLog } from '@lorc/server/access'
import type { Io, Output } from './io.ts'
import type { FoundJob } from './job-run/job-plan.ts'
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
  jobs?: JobsOptions
  /** Executors that take the place of others, and who is told of runs. */
  runner?: Pick<RunnerOptions, 'executors' | 'onRun'>
  /** To look at what there is: where there is no store none is made, and one that may not be written will do. */
  readOnly?: boolean
}

/** What the CLI asks of the other packages. They are loaded on first use; tests pass scripted ones. */
export interface Engine {
  /** Closing the runner closes its store. */
  openRunner(options: OpenOptions): Promise<OpenRunner>
  /** Throws RecipeRefused with all its problems. `file` is absolute or relative to the current folder. */
  compile(file: string, workspace: LoadedWorkspace, options?: CompileOptions): Promise<CompiledRecipe>
  /** Finds a declared job, and loads its module. Throws RegistryError, EventError JOB_INVALID, RunnerError MODULE_BROKEN. */
  findJob(packageName: string, job: string, workspace: LoadedWorkspace): Promise<FoundJob>
  /** The folder that makes the host's Python library importable. */
  pythonPath(): Promise<string>
}

/** How jobs are run. */
export interface JobsOptions {
  /** Where they are, where somebody has looked already. */
  finder?: JobFinder
  /** Nothing that they emit is written: it is counted, with samples of it. Default false. */
  dryRun?: boolean
  /** Where the sink `stdout` writes. */
  output?: Output
  /** Default: as the configuration says. */
  logLevel?: JobLogLevel | undefined
}

export interface CompileOptions {
  /** Leave nothing behind that would spare the next run its compilation. */
  keepNothing?: boolean
}

export interface OpenRunner {
  runner: Runner
  store: RunStore
  /** Does what an operator asks of a run, on record in the audit log of the workspace: as `SteeringLog` of the service does. */
  record: SteeringLog['record']
  close(): Promise<void>
}
