import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Ended, resultLine } from '../lorc.fixture.ts'
import type { Crash } from './account.ts'
import { familyDiscrepancies } from './family.ts'
import type { CopiedRun } from './journal-copy.ts'
import { Person } from './person.ts'
import type { SabotageOrder, Spot } from './sabotage-order.ts'
import { Site } from './site.ts'
import { type Boundary, boundariesOf, resultOf, type Undisturbed } from './undisturbed.ts'

export interface Killing {
  template: Site
  recipe: string
  known: Undisturbed
  /** Where each process that drives the run is killed: the one that begins it, the one that resumes it, and so on. */
  spots: readonly Spot[]
  /** What else is done to those processes. */
  order?: SabotageOrder
  /** Whether what a dead driver left running gets the time to end, and a person acts, before the run is resumed. */
  patient: boolean
  /** Whether a Person attends to the run. */
  attended?: boolean
}

export interface Killed {
  /** What broke a promise; a sentence each. */
  found: string[]
  /** Names of the last commit at which it was killed; undefined: it never came there. */
  hit: string[] | undefined
  /** What the last process committed, the one that ended the run. */
  boundaries: Boundary[]
}

/** Starts a run on a copy of the template, has it killed, resumes it to its end, and compares it with the known one. */
export async function killAndResume({ template, recipe, known, spots, order, patient, attended }: Killing): Promise<Killed> {
  const site = await Site.make(template)
  const person = attended ? new Person(site) : undefined
  const found: string[] = []
  const crashes: Crash[] = []
  let hit: string[] | undefined
  const drive = async (orders: SabotageOrder): Promise<Ended> => {
    const [run] = (await site.copy()).runs
    const started = site.start(run ? ['resume', run.runId] : ['run', recipe], { order: orders })
    return person ? person.attend(started) : started.ended
  }
  try {
    for (const spot of spots) {
      const trace = site.path(`trace-${crashes.length}`)
      const killed = await drive({ ...order, trace, kill: spot })
      hit = (await site.traces(trace)).flatMap((line) =>
        'done' in line && line.done === 'kill' ? [line.names] : [],
      )[0]
      if (hit === undefined) return { found, hit, boundaries: [] }
      if (killed.signal !== 'SIGKILL') found.push(`it was not killed: ${toldBy(killed)}`)
      if (patient) await site.quiet()
      const crash = await crashOf(site)
      crashes.push(crash)
      const [run] = crash.runs
      if (run) await person?.tidy(run, patient)
    }
    const ended = await drive({})
    await site.quiet()
    found.push(...(await ending(site, ended, known, crashes)), ...(person?.wrong ?? []))
    return { found, hit, boundaries: boundariesOf(await site.traces()) }
  } finally {
    await site.remove()
  }
}

/** What is durable in a site, and what has been done there. No process may be at work in it. */
export async function crashOf(site: Site): Promise<Crash & { runs: CopiedRun[] }> {
  return { runs: (await site.copy()).runs, effects: await site.effects() }
}

/** The exit status or signal of a process, and what it said. */
export function toldBy({ exit, signal, stderr }: Ended): string {
  return `it ended with ${String(signal ?? exit)}: ${stderr}`
}

/** What is wrong with how a run ended at last. */
export async function ending(
  site: Site,
  ended: Ended,
  known: Undisturbed,
  crashes: readonly Crash[],
): Promise<string[]> {
  const { runs } = await site.copy()
  const [run] = runs
  if (run === undefined || runs.length !== known.runs) return [`there are ${runs.length} runs: ${ended.stderr}`]
  const found = familyDiscrepancies(runs, await site.effects(), crashes)
  if (ended.exit !== 0) found.push(toldBy(ended))
  else if (!isDeepStrictEqual(resultLine(ended), resultOf(run))) found.push(`it printed ${ended.stdout}`)
  if (!isDeepStrictEqual(run.context, known.run.context)) found.push(`its context is ${JSON.stringify(run.context)}`)
  return [...found, ...(await folder(site, run))]
}

/** The run folder holds the journal, and the artifacts that the journal names. */
async function folder(site: Site, run: CopiedRun): Promise<string[]> {
  const events = await readFile(site.path('runs', run.runId, 'events.ndjson'), 'utf8').catch(() => '')
  const found = events === run.lines.map((line) => `${line}\n`).join('') ? [] : ['events.ndjson is not the journal']
  for (const event of run.events) {
    if (event.type !== 'step.completed') continue
    for (const { path, bytes } of event.artifacts) {
      const file = await readFile(site.path(path)).catch(() => undefined)
      if (file?.length !== bytes) found.push(`the artifact ${path} is not as it was recorded`)
    }
  }
  return found
}
