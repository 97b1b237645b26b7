import type { RecordedError, RunView } from '@lorc/runner'
import type { RunStory } from '@lorc/runner/insight'

/** Why the run failed where no failure of a step tells it: its time was over. Handlers may have failed then, too. */
export function ownError({ error, failedStep }: Pick<RunView, 'error' | 'failedStep'>, { failures }: Pick<RunStory, 'failures'>): RecordedError | null {
  return failedStep === null || failures.length === 0 ? error : null
}
