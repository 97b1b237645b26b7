import type { RecipeLimits } from './text/limits.ts'

export interface CompileOptions {
  /** The name that problems give the file; a plan without another name is called after it. */
  file: string
  limits?: Partial<RecipeLimits>
  /** Types of steps that there are executors for. Default node, python, shell, http, job, module, recipe, approval. */
  types?: readonly string[]
}

export const STEP_TYPES = ['node', 'python', 'shell', 'http', 'job', 'module', 'recipe', 'approval'] as const
