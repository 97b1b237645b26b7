import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Scheduler } from '../../src/lib/scheduler.ts'

const lib = new URL('../../src/lib/', import.meta.url)
const parts = readdirSync(new URL('scheduler/', lib)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
/** What the scheduler is made of, by path. */
const sources = new Map(
  ['scheduler.ts', ...parts.map((name) => `scheduler/${name}`)].map((path) => [path, readFileSync(new URL(path, lib), 'utf8')]),
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
    mkdirSync(join(folder, 'scheduler'))
    for (const [path, text] of sources) writeFileSync(join(folder, path), outward(edit(text), path))
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'scheduler.ts')).href)) as { Scheduler: typeof Scheduler }
    return loaded.Scheduler
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Imports of what is not copied lead to the source. */
function outward(text: string, path: string): string {
  return text.replaceAll(/from '(\.\.?\/[^']+)'/g, (all, target: string) => {
    const file = new URL(target, new URL(path, lib)).href
    return sources.has(file.slice(lib.href.length)) ? all : `from '${file}'`
  })
}
