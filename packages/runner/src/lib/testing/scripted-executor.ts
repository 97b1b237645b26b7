import { RunnerError } from '../errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'

/** What a scripted step does: ends at once, or when its promise does. Throwing fails the attempt. */
export type Script = (attempt: Attempt) => AttemptOutcome | void | Promise<AttemptOutcome | void>

export interface ScriptedExecutor extends StepExecutor {
  /** `step#attempt` of every attempt that began, in order. */
  readonly begun: string[]
}

/** Runs steps as `scripts` says, by step name; steps without a script complete at once. */
export function scriptedExecutor(scripts: Readonly<Record<string, Script>> = {}, types: readonly string[] = ['scripted']): ScriptedExecutor {
  const begun: string[] = []
  return {
    types,
    begun,
    async execute(attempt) {
      begun.push(`${attempt.step.name}#${attempt.number}`)
      try {
        return (await scripts[attempt.step.name]?.(attempt)) ?? { status: 'ok', outputs: null }
      } catch (error) {
        const { code, message } = RunnerError.from(error, 'STEP_FAILED')
        return { status: 'error', error: { code, message } }
      }
    },
    close: async () => {},
  }
}

/** Resolves when the attempt is told to end: for scripts of steps that run until then. */
export function untilEnded(attempt: Attempt): Promise<AttemptOutcome> {
  const { signal } = attempt
  return new Promise((resolve) => {
    const end = (): void => {
      const { code, message } = RunnerError.from(signal.reason, 'STEP_CANCELLED')
      resolve({ status: 'error', error: { code, message } })
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
