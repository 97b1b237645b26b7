import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { describeRunStore } from '../store.testsuite.ts'
import { createFilesStore } from './files.ts'

const createMedium = () => {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-files-'))
  return {
    open: () => createFilesStore({ dir: join(folder, 'state'), durability: 'process' }),
    dispose: () => rmSync(folder, { recursive: true }),
  }
}

describeRunStore('files', { createMedium, shared: true }, { describe, it })
