import type { RunStore } from '@lorc/runner'
import { CliError } from '../errors.ts'

const PAGE = 500
const SHOWN = 5

/** How an argument that names a run is described in the help. */
export const RUN_ARGUMENT = {
  label: 'RUN',
  summary: 'A run id, the beginning or the last part of one, `last` for the newest run, `last~1` for the one before it',
  required: true,
} as const

/**
 * The id of the run that `text` means: an id, the beginning of exactly one (with or without `run_`), its random part,
 * `last` (the newest that no step of another run started), or `last~N` (the Nth of those before it). Throws CliError CLI_RUN_UNKNOWN, CLI_RUN_AMBIGUOUS.
 */
export async function findRun(store: RunStore, text: string): Promise<string> {
  const [, back] = /^last(?:~(\d{1,5}))?$/.exec(text) ?? []
  if (text === 'last' || back !== undefined) return nthNewest(store, Number(back ?? 0))
  if ((await store.get(text)) !== undefined) return text
  const matches = await matching(store, text)
  const [first, second] = matches
  if (first === undefined) {
    throw new CliError('CLI_RUN_UNKNOWN', `no run has the id \`${text}\`, or one that begins like this.`, {
      fix: '`lorc runs list` shows the runs there are; `last` means the newest.',
    })
  }
  if (second === undefined) return first
  const more = matches.length > SHOWN ? ' and more' : ''
  throw new CliError('CLI_RUN_AMBIGUOUS', `\`${text}\` may be ${matches.slice(0, SHOWN).join(', ')}${more}.`, {
    fix: 'give more of the id.',
  })
}

/**
 * The newest run of the same recipe, made before this one, that no step of another run started. Throws CliError
 * CLI_RUN_UNKNOWN.
 */
export async function runBefore(store: RunStore, runId: string): Promise<string> {
  const name = (await store.get(runId))?.name ?? ''
  const [found] = await store.list({ name, topLevel: true, before: runId, limit: 1 })
  if (found !== undefined) return found.runId
  throw new CliError('CLI_RUN_UNKNOWN', `no run of \`${name}\` before ${runId} is kept.`, {
    fix: 'name the run to compare it with: `lorc runs diff A B`.',
  })
}

async function nthNewest(store: RunStore, back: number): Promise<string> {
  const newest = await store.list({ topLevel: true, limit: back + 1 })
  const found = newest[back]
  if (found !== undefined) return found.runId
  if (newest.length > 0) {
    throw new CliError('CLI_RUN_UNKNOWN', `there is no run \`last~${back}\`: ${newest.length} are kept.`)
  }
  throw new CliError('CLI_RUN_UNKNOWN', 'no run has been made here yet.', { fix: '`lorc run FILE` makes one.' })
}

/** Ids that fit, newest first; no more than it takes to say that there are several. */
async function matching(store: RunStore, text: string): Promise<string[]> {
  const found: string[] = []
  let before: string | undefined
  for (;;) {
    const page = await store.list({ limit: PAGE, ...(before === undefined ? {} : { before }) })
    for (const { runId } of page) {
      if (runId.startsWith(text) || runId.startsWith(`run_${text}`) || runId.endsWith(`_${text}`)) found.push(runId)
    }
    before = page.at(-1)?.runId
    if (page.length < PAGE || before === undefined || found.length > SHOWN) return found
  }
}
