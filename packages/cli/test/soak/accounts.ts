import { join } from 'node:path'
import { createRunner, createSqliteStore, type RunSummary } from '@lorc/runner'
import { AuditLog } from '@lorc/server'
import { discrepancies } from '../crash/account.ts'
import { copiedRun } from '../crash/journal-copy.ts'
import type { Effect } from '../crash/site.ts'
import type { Accepted } from './asker.ts'

const PAGE = 500

export interface Accounts {
  /** Whatever breaks a promise; a sentence each. */
  wrong: string[]
  runs: number
  events: number
  effects: number
  /** Attempts that were begun again, as what ran them was killed. */
  interrupted: number
  auditRecords: number
}

/** Accounts for each run one by one, by what is on the disk. Nobody may be writing there. */
export async function accountFor(workspace: string, accepted: readonly Accepted[], effects: ReadonlyMap<string, readonly Effect[]>): Promise<Accounts> {
  const accounts: Accounts = { wrong: [], runs: 0, events: 0, effects: 0, interrupted: 0, auditRecords: 0 }
  const { wrong } = accounts
  const asked = new Map(accepted.map(({ runId, request }) => [runId, request]))
  if (asked.size !== accepted.length) wrong.push(`${accepted.length} requests were told of ${asked.size} runs`)
  const store = await createSqliteStore({ file: join(workspace, '.lorc', 'lorc.db') })
  const runner = await createRunner({ workspace, store })
  const kept = new Set<string>()
  for await (const summary of everyRun((before) => store.list({ limit: PAGE, ...(before !== undefined && { before }) }))) {
    const { runId } = summary
    kept.add(runId)
    const request = asked.get(runId)
    if (!request) wrong.push(`${runId} is there, and nobody was told of it`)
    else if (summary.idempotency?.key !== `local:local ${request.key}`) wrong.push(`${runId} has the key ${summary.idempotency?.key ?? 'none'}, not that of request ${request.n}`)
    const run = await copiedRun(runner, summary)
    const own = effects.get(runId) ?? []
    wrong.push(...discrepancies(run, own, []).map((what) => `${runId} (${summary.name}): ${what}${summary.error ? `; ${summary.error.code}: ${summary.error.message}` : ''}`))
    accounts.runs++
    accounts.events += run.events.length
    accounts.effects += own.length
    accounts.interrupted += run.events.filter(({ type }) => type === 'step.interrupted').length
  }
  await runner.close()
  await store.close()
  for (const { runId, request } of accepted) if (!kept.has(runId)) wrong.push(`run ${runId} of request ${request.n} was taken in, and is not there`)
  for (const runId of effects.keys()) if (!kept.has(runId)) wrong.push(`steps of ${runId} ran, and there is no such run`)
  accounts.auditRecords = accountForApprovals(workspace, accepted, wrong)
  return accounts
}

async function* everyRun(list: (before?: string) => Promise<RunSummary[]>): AsyncGenerator<RunSummary> {
  for (let before: string | undefined; ; ) {
    const page = await list(before)
    yield* page
    before = page.at(-1)?.runId
    if (page.length < PAGE) return
  }
}

/** Each approval is in the audit log, with who and why, and the log is what was written. */
function accountForApprovals(workspace: string, accepted: readonly Accepted[], wrong: string[]): number {
  const log = new AuditLog(join(workspace, '.lorc', 'audit.db'))
  try {
    const { bad, records } = log.verify()
    if (bad) wrong.push(`the audit log is broken at record ${bad.seq}: ${bad.reason}`)
    const approved = new Set<string>()
    for (const record of log.records()) {
      if ('action' in record && record.action === 'run.approve' && record.who === 'soak' && record.why === `soak of ${record.target}`) approved.add(record.target)
    }
    for (const { runId, request } of accepted) if (request.kind === 'ask' && !approved.has(runId)) wrong.push(`nobody is on record for having approved ${runId}`)
    return records
  } finally {
    log.close()
  }
}
