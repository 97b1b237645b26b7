import type { RunFilter, RunSummary } from '../store.ts'

/** Whether a list shows a run, as far as `before` and `limit` leave it open. */
export function isListed(run: RunSummary, { name, namePrefix = '', status, topLevel = false, recipe, createdFrom, createdUntil, text, accepted = false, idempotencyKey }: RunFilter): boolean {
  if (name !== undefined && run.name !== name) return false
  if (!run.name.startsWith(namePrefix)) return false
  if (status !== undefined && run.status !== status) return false
  if (topLevel && run.parent !== null) return false
  if (accepted && run.accepted !== true) return false
  if (idempotencyKey !== undefined && run.idempotency?.key !== idempotencyKey) return false
  if (recipe !== undefined && run.recipe !== recipe) return false
  if (createdFrom !== undefined && run.createdAt < createdFrom) return false
  if (createdUntil !== undefined && run.createdAt >= createdUntil) return false
  return text === undefined || searched(run).includes(lower(text))
}

function searched({ runId, name, recipe, error }: RunSummary): string {
  return lower([runId, name, recipe ?? '', error?.message ?? ''].join('\n'))
}

/** As SQLite's `lower`: every store finds the same. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
