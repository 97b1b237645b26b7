import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { describeRunStore } from '../store.testsuite.ts'
import { createSqliteStore } from './sqlite.ts'

const createMedium = () => {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-sqlite-'))
  return {
    open: () => createSqliteStore({ file: join(folder, 'state', 'lorc.db') }),
    dispose: () => rmSync(folder, { recursive: true }),
  }
}

describeRunStore('sqlite', { createMedium, shared: true }, { describe, it })
