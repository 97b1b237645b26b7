import { join } from 'node:path'
import type { AuditLog, KeyStore } from '@lorc/server/access'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { LoadedWorkspace } from '../workspace.ts'

/** Who may ask the service of a workspace, and what was done about that. */
export interface Ledgers {
  keys: KeyStore
  audit: AuditLog
}

/** Lets `work` use the keys and the audit log of a workspace, and closes both whatever happens. */
export async function withLedgers<T>({ stateDir }: LoadedWorkspace, io: Pick<Io, 'now'>, work: (ledgers: Ledgers) => Promise<T>): Promise<T> {
  const { AuditLog, KeyStore } = await import('@lorc/server/access')
  const keys = new KeyStore(join(stateDir, 'keys.db'), () => io.now())
  const audit = new AuditLog(join(stateDir, 'audit.db'), () => io.now())
  try {
    return await work({ keys, audit })
  } finally {
    keys.close()
    audit.close()
  }
}

/** The name of a key, as it was given. Throws CliError CLI_OPTION_INVALID. */
export function keyName(given: string): string {
  if (/^[^\p{Cc}]{1,200}$/u.test(given) && given.trim() !== '') return given
  throw new CliError('CLI_OPTION_INVALID', 'the name of a key is one line of 1 to 200 characters.')
}
