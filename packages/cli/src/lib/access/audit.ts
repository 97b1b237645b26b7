import { join } from 'node:path'
import type { AuditLog } from '@lorc/server/access'
import type { LoadedWorkspace } from '../workspace.ts'

/** Lets `work` use the audit log of a workspace, and closes it whatever happens. */
export async function withAudit<T>({ stateDir }: Pick<LoadedWorkspace, 'stateDir'>, work: (audit: AuditLog) => Promise<T>, now: () => number = Date.now): Promise<T> {
  const { AuditLog } = await import('@lorc/server/access')
  const audit = new AuditLog(join(stateDir, 'audit.db'), now)
  try {
    return await work(audit)
  } finally {
    audit.close()
  }
}
