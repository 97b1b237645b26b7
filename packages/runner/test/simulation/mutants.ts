import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Scheduler } from '../../src/lib/scheduler/scheduler.ts'

const home = new URL('../../src/lib/scheduler/', import.meta.url)
/** What the scheduler is made of, by name. */
const sources = new Map(
  readdirSync(home)
    .filter((name) => /^[a-z-]+\.ts$/.test(name))
    .map((name) => [name, readFileSync(new URL(name, home), 'utf8')]),
)

/** The class Scheduler with one piece of its source replaced, which has to be there exactly once. */
export function mutantScheduler(piece: string, instead: string): Promise<typeof Scheduler> {
  const times = [...sources.values()].reduce((sum, text) => sum + text.split(piece).length - 1, 0)
  if (times !== 1) throw new Error(`the scheduler holds ${JSON.stringify(piece)} ${times} times`)
  return load((text) => text.replace(piece, () => instead))
}

/** The class Scheduler as an edit of each of its files makes it. */
export function editedScheduler(edit: (text: string) => string): Promise<typeof Scheduler> {
  return load(edit)
}

async function load(edit: (text: string) => string): Promise<typeof Scheduler> {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-mutant-'))
  try {
    for (const [name, text] of sources) writeFileSync(join(folder, name), outward(edit(text)))
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'scheduler.ts')).href)) as { Scheduler: typeof Scheduler }
    return loaded.Scheduler
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Imports of what is not copied lead to the source. */
function outward(text: string): string {
  return text.replaceAll(/from '(\.\.\/[^']+)'/g, (_, target: string) => `from '${new URL(target, home).href}'`)
}
