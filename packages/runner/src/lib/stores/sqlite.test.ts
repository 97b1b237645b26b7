import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { describeRunStore } from '../store.testsuite.ts'
import { createSqliteStore } from './sqlite.ts'

for (const durability of ['power', 'process'] as const) {
  const createMedium = () => {
    const folder = mkdtempSync(join(tmpdir(), 'lorc-sqlite-'))
    return {
      open: () => createSqliteStore({ file: join(folder, 'state', 'lorc.db'), durability }),
      dispose: () => rmSync(folder, { recursive: true }),
    }
  }
  describeRunStore(`sqlite, ${durability}`, { createMedium, shared: true }, { describe, it })
}
