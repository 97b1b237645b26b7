import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Scheduler } from '../../src/lib/scheduler.ts'

const source = new URL('../../src/lib/scheduler.ts', import.meta.url)

/** The class Scheduler with one piece of its source replaced, which has to be there exactly once. */
export function mutantScheduler(piece: string, instead: string): Promise<typeof Scheduler> {
  return editedScheduler((text) => {
    const times = text.split(piece).length - 1
    if (times !== 1) throw new Error(`scheduler.ts holds ${JSON.stringify(piece)} ${times} times`)
    return text.replace(piece, () => instead)
  })
}

/** The class Scheduler as an edit of its source makes it. */
export async function editedScheduler(edit: (text: string) => string): Promise<typeof Scheduler> {
  const text = edit(readFileSync(source, 'utf8'))
  const absolute = text.replaceAll(/from '(\.\/[^']+)'/g, (_, path: string) => `from '${new URL(path, source).href}'`)
  const folder = mkdtempSync(join(tmpdir(), 'lorc-mutant-'))
  try {
    const file = join(folder, 'scheduler.ts')
    writeFileSync(file, absolute)
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { Scheduler: typeof Scheduler }
    return loaded.Scheduler
  } finally {
    rmSync(folder, { recursive: true })
  }
}
