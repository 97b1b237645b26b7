import type { JsonObject } from '@lorc/runner'
import type { LoadedWorkspace } from '../workspace.ts'

/**
 * A place of a journal to kill the driver at. `after`: event `seq` is durable, and nobody has been told. `before`: what
 * leads to event `seq` has happened, and the event is not written.
 */
export interface CrashPlace {
  seq: number
  when: 'before' | 'after'
}

/** What a process that drives a run for a crash test is to do. */
export interface CrashOrder {
  /** The scratch copy. */
  workspace: LoadedWorkspace
  /** Absolute path of the recipe in it. */
  file: string
  params: JsonObject | undefined
  version: string
  /** The run to go on with; null: begin one. */
  resume: string | null
  kill: CrashPlace | null
}
