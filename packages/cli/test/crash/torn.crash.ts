import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultLine } from '../lorc.fixture.ts'
import { unsound } from './account.ts'
import type { CopiedRun } from './journal-copy.ts'
import type { Site } from './site.ts'
import { resultOf, type Undisturbed, undisturbed, warmSite } from './undisturbed.ts'

/** Of SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). */
const HEADER = 32
const FRAME = 24 + 4096
const LOG = '.lorc/lorc.db-wal'

let template: Site
let known: Undisturbed
/** A run that was killed just before its end, with all of its commits in the log. */
let killed: Site
/** Where damaged logs are looked at. */
let scratch: Site
let whole: CopiedRun
let size: number
beforeAll(async () => {
  // No heartbeat: the last frames are the journal's.
  template = await warmSite({ leaseSec: 600 })
  known = await undisturbed(template, 'story.yaml')
  killed = await template.fork()
  await killed.lorc(['run', 'story.yaml'], { order: { kill: { at: 'run.completed', phase: 'inside' } } })
  whole = (await killed.copy()).runs[0] as CopiedRun
  size = endOf(await readFile(killed.path(LOG)))
  scratch = await killed.fork()
})
afterAll(() => Promise.all([template, killed, scratch].map((site) => site.remove())))

/** Of the frames that were written since the log was begun: they have its salt. Room for more follows. */
function endOf(log: Buffer): number {
  const salt = log.subarray(16, 24)
  let end = HEADER
  while (log.subarray(end + 8, end + 16).equals(salt)) end += FRAME
  return end
}

const frames = (): number => Math.floor((size - HEADER) / FRAME)

describe('a write-ahead log whose last write is torn', () => {
  it('opens and verifies, wherever it ends', async () => {
    expect(frames()).toBeGreaterThan(20)
    const lengths: number[] = []
    for (let frame = frames(); frame >= 0; frame--) {
      const end = HEADER + frame * FRAME
      for (const cut of [end, end - 1, end - 3000])
        if (cut >= 0) lengths.push(await eventsOf((log) => log.subarray(0, cut)))
    }
    // Shorter logs hold less of the run, down to nothing, and more than a few stages between.
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
    expect([lengths[0], lengths.at(-1), new Set(lengths).size > 10]).toEqual([whole.events.length, 0, true])
    console.log(`${lengths.length} torn logs of ${frames()} frames, all readable`)
  })

  it('opens and verifies when the last bytes are garbage', async () => {
    const lost = await eventsOf((log) => garbled(log, size - 200))
    expect(lost).toBeLessThan(whole.events.length)
    expect(await eventsOf((log) => garbled(log, size - FRAME + 4))).toBe(lost)
  })

  it.each([1, 0.8, 0.6])('goes on from what is left of it (%d of its frames)', async (share) => {
    await expectResumed((log) => log.subarray(0, HEADER + Math.floor(frames() * share) * FRAME - 2000))
  })

  it('goes on from what is left when the last bytes are garbage', async () => {
    await expectResumed((log) => garbled(log, size - 200))
  })
})

type Damage = (log: Buffer) => Buffer

/** How much of the killed run such a log still holds: a whole beginning of it. */
async function eventsOf(damage: Damage): Promise<number> {
  await damageLog(scratch, damage)
  const { lines = [], verified = { ok: true } } = (await scratch.copy()).runs[0] ?? {}
  expect([verified.ok, lines]).toEqual([true, whole.lines.slice(0, lines.length)])
  return lines.length
}

async function damageLog(site: Site, damage: Damage): Promise<void> {
  await writeFile(site.path(LOG), damage(await readFile(killed.path(LOG))))
}

/** Commits were lost, as in a power cut with durability process: what they told of is done again, and all ends well. */
async function expectResumed(damage: Damage): Promise<void> {
  const site = await killed.fork()
  try {
    await damageLog(site, damage)
    const [before] = (await site.copy()).runs
    if (before === undefined) throw new Error('nothing of the run is left')
    const ended = await site.lorc(['resume', before.runId])
    const [run] = (await site.copy()).runs as [CopiedRun]
    expect([ended.exit, resultLine(ended)]).toEqual([0, resultOf(run)])
    expect(unsound(run)).toEqual([])
    expect(run.lines.slice(0, before.lines.length)).toEqual(before.lines)
    expect(run.context).toEqual(known.run.context)
  } finally {
    await site.remove()
  }
}

function garbled(log: Buffer, from: number): Buffer {
  const copy = Buffer.from(log)
  for (let i = from; i < from + 100 && i < copy.length; i++) copy[i] = (copy[i] as number) ^ 0x5a
  return copy
}
