import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ContenderProcess, NoMeasurement } from './contender-process.ts'
import type { CaseResult, EntryResult, WorkloadResult } from './results.ts'
import { summarize } from './statistics.ts'
import type { Case, Entry, Medians, Target, Workload } from './workload.ts'

export interface MeasureOptions {
  /** A smoke run: tiny sizes, one repetition, no warm-up. */
  quick: boolean
  /** Turns an entry's module into a URL. */
  locate: (module: string) => string
  /** Where contenders get their scratch folders. */
  place: string
  report: (text: string) => void
}

const REPETITIONS = 5
/** Each contender warms up until it has worked for this long, or this often: what is of interest lives for long. */
const WARM_MS = 8000
const WARM_ROUNDS = 60
const PAUSE_MS = 200
/** A turn repeats what is shorter for so long: the first moments after the turns of all others are not how it does while at work. */
const TURN_MS = 1000
const TURN_TIMES = 20
const run = promisify(execFile)

/**
 * Measures a workload: every entry in a process of its own, all of them open, each case's repetitions in turns (lorc, a
 * peer, the next peer, lorc again), so that a slow moment of the machine meets them all.
 */
export async function measure(workload: Workload, options: MeasureOptions): Promise<WorkloadResult> {
  const { name, title, shows, against, notes = [] } = workload
  const open = new Map<Entry, ContenderProcess | NoMeasurement>()
  const cases: CaseResult[] = []
  try {
    for (const entry of workload.entries) open.set(entry, await tryOpen(entry, options))
    for (const one of workload.cases) cases.push(await measureCase(workload, one, open, options))
    // What a smoke run reaches says nothing.
    if (!options.quick) for (const target of workload.targets) judge(target, cases)
  } finally {
    for (const process of open.values()) if (process instanceof ContenderProcess) await process.close()
  }
  return { name, title, shows, against, notes, cases }
}

async function tryOpen({ module, variant = '' }: Entry, { locate, place }: MeasureOptions): Promise<ContenderProcess | NoMeasurement> {
  try {
    return await ContenderProcess.open(locate(module), variant, place)
  } catch (error) {
    if (error instanceof NoMeasurement && error.notHere) return error
    return new NoMeasurement(`failed: ${error instanceof Error ? error.message : String(error)}`, false)
  }
}

async function measureCase(
  workload: Workload,
  one: Case,
  open: Map<Entry, ContenderProcess | NoMeasurement>,
  { quick, report }: MeasureOptions,
): Promise<CaseResult> {
  const entries = workload.entries.filter(({ upTo = Infinity }) => one.size <= upTo)
  const results = new Map(entries.map((entry) => [entry, blank(entry, open.get(entry)!)]))
  const rounds = quick ? 1 : (workload.repetitions ?? REPETITIONS)
  const size = quick ? Math.max(1, Math.ceil(one.size / 100)) : one.size
  const shareOf = (entry: Entry): number => Math.max(1, Math.round(size * (entry.share ?? 1)))
  const attempt = async (entry: Entry, work: (contender: ContenderProcess) => Promise<void>): Promise<void> => {
    const contender = open.get(entry)!
    const result = results.get(entry)!
    if (contender instanceof NoMeasurement || result.missing !== null) return
    try {
      await work(contender)
    } catch (error) {
      result.missing = `failed: ${error instanceof Error ? error.message : String(error)}`
      // It may still be at it, and would take time from the others.
      open.set(entry, new NoMeasurement(result.missing, false))
      await contender.close()
    }
  }
  if (!quick) for (const entry of entries) await attempt(entry, (contender) => warmUp(contender, one, shareOf(entry)))
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      await attempt(entry, async (contender) => {
        if (!quick) await settle()
        const began = performance.now()
        for (let times = 0; times === 0 || (!quick && times < TURN_TIMES && performance.now() - began < TURN_MS); times++) {
          const ms = await contender.time(one.task, shareOf(entry), one.options ?? {})
          results.get(entry)!.each.push(ms / shareOf(entry))
        }
      })
    }
  }
  report(`  ${one.name}`)
  return { name: one.name, size, entries: [...results.values()], targets: [] }
}

async function warmUp(contender: ContenderProcess, { task, options = {} }: Case, size: number): Promise<void> {
  const began = performance.now()
  for (let round = 0; round < WARM_ROUNDS && performance.now() - began < WARM_MS; round++) await contender.time(task, size, options)
}

/** Nobody is to pay for what another has left to the operating system to write. */
async function settle(): Promise<void> {
  await run('sync')
  await wait(PAUSE_MS)
}

function blank({ name }: Entry, contender: ContenderProcess | NoMeasurement): EntryResult {
  if (!(contender instanceof NoMeasurement)) return { name, version: contender.version, settings: contender.settings, each: [], missing: null }
  const missing = contender.notHere ? `not installed here: ${contender.message}` : contender.message
  return { name, version: null, settings: null, each: [], missing }
}

function judge({ says, of, judge }: Target, cases: readonly CaseResult[]): void {
  const medians: Medians = (entry, wanted = of) => {
    const each = cases.find(({ name }) => name === wanted)?.entries.find(({ name }) => name === entry)?.each ?? []
    return each.length > 0 ? summarize(each).median : undefined
  }
  const verdict = judge(medians)
  cases.find(({ name }) => name === of)?.targets.push({ says, reached: verdict?.reached ?? 'not measured', met: verdict?.met ?? null })
}
