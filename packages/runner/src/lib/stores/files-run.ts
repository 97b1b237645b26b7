import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DriverIdentity, JournalBatch, RunSummary } from '../store.ts'
import type { FilesMedium } from './files-medium.ts'
import { readSegment, segmentEnd, type SegmentEnd } from './files-segment.ts'

/** What a batch changes beside the journal: it counts once the journal of its epoch reaches `end` bytes. */
export interface Change extends Pick<JournalBatch, 'ended' | 'reopened' | 'inboxDone'> {
  end: number
}

/** Files of runs that were made before runs had children name no parent. */
type KeptSummary = Omit<RunSummary, 'parent'> & Partial<Pick<RunSummary, 'parent'>>

/** What the changes of a run come to. */
export interface RunState {
  summary: RunSummary
  /** The run's end gave the lease up. */
  released: boolean
  inboxDone: number
  attempts: NonNullable<JournalBatch['ended']>['attempts']
}

/**
 * The folder of a run. Each lease has files of its own: `epoch.N.json` says who holds it, `journal.N.ndjson` what was
 * written under it, `change.N.K.json` what changed with that. Who takes the lease makes `epoch.N+1.json`, which only
 * one can, and then `seal.N.json`, which says where the journal of the lease before ends for good: what its driver writes
 * after that is in no journal. So no lock is held while anything is written, and a dead process leaves none behind.
 */
export class RunFolder {
  readonly path: string
  readonly #medium: FilesMedium

  constructor(medium: FilesMedium, path: string) {
    this.#medium = medium
    this.path = path
  }

  file(name: string): string {
    return join(this.path, name)
  }

  epoch(): number {
    let epoch = 1
    while (this.hasEpoch(epoch + 1)) epoch += 1
    return epoch
  }

  hasEpoch(epoch: number): boolean {
    return existsSync(this.file(`epoch.${epoch}.json`))
  }

  driver(epoch: number): DriverIdentity | undefined {
    return this.#medium.readJson(this.file(`epoch.${epoch}.json`)) as DriverIdentity | undefined
  }

  /** Makes the next lease; false when it was made before. */
  claim(epoch: number, driver: DriverIdentity): boolean {
    return this.#medium.create(this.file(`epoch.${epoch}.json`), JSON.stringify(driver))
  }

  release(epoch: number): void {
    this.#medium.create(this.file(`released.${epoch}`), '')
  }

  isReleased(epoch: number): boolean {
    return existsSync(this.file(`released.${epoch}`))
  }

  /** Where the journal of a lease that was taken over ends; whoever asks first fixes it. */
  seal(epoch: number): SegmentEnd {
    const path = this.file(`seal.${epoch}.json`)
    const known = this.#medium.readJson(path) as SegmentEnd | undefined
    if (known !== undefined) return known
    const found = this.#syncedEnd(this.segment(epoch))
    return this.#medium.create(path, JSON.stringify(found)) ? found : this.seal(epoch)
  }

  segment(epoch: number): string {
    return this.file(`journal.${epoch}.ndjson`)
  }

  /** Events under the leases before this one. */
  eventsBefore(epoch: number): number {
    let events = 0
    for (let past = 1; past < epoch; past += 1) events += this.seal(past).events
    return events
  }

  *read(): Generator<string[]> {
    const last = this.epoch()
    for (let epoch = 1; epoch <= last; epoch += 1) {
      for (const { lines } of readSegment(this.segment(epoch), this.#bytes(epoch))) yield lines
    }
  }

  /** Undefined when there is no such run. */
  state(): RunState | undefined {
    const kept = this.#medium.readJson(this.file('run.json')) as KeptSummary | undefined
    if (kept === undefined) return undefined
    const summary: RunSummary = { ...kept, parent: kept.parent ?? null }
    const state: RunState = { summary, released: false, inboxDone: 0, attempts: [] }
    const changes = this.changes()
    const epoch = changes.length === 0 ? 0 : this.epoch()
    for (const change of changes) {
      if (change.end <= this.#bytes(change.epoch)) fold(state, change, change.epoch === epoch)
    }
    return state
  }

  /** In the order in which they were made; also those whose batch was never written. */
  changes(): (Change & { epoch: number; number: number })[] {
    const found = this.#medium.names(this.path).flatMap((name) => {
      const [kind, epoch, number] = name.split('.')
      return kind === 'change' ? [{ name, epoch: Number(epoch), number: Number(number) }] : []
    })
    found.sort((a, b) => a.epoch - b.epoch || a.number - b.number)
    return found.flatMap(({ name, epoch, number }) => {
      const change = this.#medium.readJson(this.file(name)) as Change | undefined
      return change === undefined ? [] : [{ ...change, epoch, number }]
    })
  }

  /** What a seal counts in has to be there after a power cut. */
  #syncedEnd(path: string): SegmentEnd {
    const file = openSync(path, 'a')
    try {
      this.#medium.syncData(file)
    } finally {
      closeSync(file)
    }
    return segmentEnd(path)
  }

  /** Bytes of a segment that no take-over can take back any more; the last batch may be incomplete. */
  #bytes(epoch: number): number {
    const { size = 0 } = statSync(this.segment(epoch), { throwIfNoEntry: false }) ?? {}
    return this.hasEpoch(epoch + 1) ? this.seal(epoch).bytes : size
  }
}

function fold(state: RunState, { ended, reopened, inboxDone }: Change, current: boolean): void {
  if (reopened === true) state.summary = { ...state.summary, status: 'running', endedAt: null, error: null }
  if (ended !== undefined) {
    state.summary = { ...state.summary, status: ended.status, endedAt: ended.at, error: ended.error }
    state.attempts = [...state.attempts, ...ended.attempts]
    state.released ||= current
  }
  if (inboxDone !== undefined) state.inboxDone = Math.max(state.inboxDone, inboxDone)
}
