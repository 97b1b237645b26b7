import type { Io } from '../io.ts'
import { whoever } from '../whoever.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import { keyName, withLedgers } from './ledgers.ts'

/**
 * Makes a key that allows everything, on record, where there has never been one; returns its text, which is kept nowhere.
 * Undefined: there is one, or was. Of several processes at once, one makes it. Throws CliError CLI_OPTION_INVALID.
 */
export async function firstKey(workspace: LoadedWorkspace, io: Pick<Io, 'now'>, given: string): Promise<string | undefined> {
  const name = keyName(given)
  return withLedgers(workspace, io, async ({ keys, audit }) => {
    if (keys.list().length > 0) return undefined
    const about = { who: whoever(), via: 'cli', action: 'keys.add', target: name, why: 'the first start of the service', before: null }
    return audit.act(about, async () => {
      const made = keys.addFirst({ name, scopes: ['read', 'run', 'operate'] })
      return { result: made?.text, after: made ? { id: made.key.id, scopes: made.key.scopes, expires_at: null } : { found: 'another process has made one' } }
    })
  })
}
