import type { Insight } from '../api/answers.ts'
import { runHref } from '../model/route.ts'
import { Words } from '../parts/words.tsx'

type RunError = NonNullable<Insight['error']>

/** What to do about an error: of a step that is a run of its own, to look at that run. */
export function ErrorFix({ error: { code, fix, details } }: { error: RunError }) {
  const inner = details?.['runId']
  if (code === 'CHILD_RUN_FAILED' && typeof inner === 'string') {
    return (
      <p>
        The run has all of it: <a href={runHref(inner)}>{inner}</a>
      </p>
    )
  }
  if (fix === undefined) return null
  return (
    <p>
      <b>fix:</b> <Words text={fix} />
    </p>
  )
}
