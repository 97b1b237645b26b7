import type { AttemptMetrics, RecordedError, RunStatus } from './events.ts'
import type { JsonObject } from './json.ts'

/** Who drives: enough to tell, on the same machine, whether the process still exists. */
export interface DriverIdentity {
  /** Unique for each driver process (or each createRunner). */
  id: string
  pid: number
  /** As processStartTime(pid) gives it: tells a reused pid from the first owner. */
  startTime: string
  /** Boot id and pid namespace; equal on two drivers exactly when one's pids mean something to the other. */
  machine: string
}

/** A run as lists show it: a view, kept beside the journal in the same transaction. */
export interface RunSummary {
  runId: string
  name: string
  status: RunStatus
  /** Unix milliseconds. */
  createdAt: number
  endedAt: number | null
  recipe: string | null
  planHash: string
  steps: number
  error: RecordedError | null
  /** The run and its step (of type `recipe`) that started this one; null: a run of its own, at the top. */
  parent: { runId: string; step: string } | null
  /** Taken in by a service, which takes it up again where nobody drives it. */
  accepted?: true
  /** What makes a run that is asked for twice one run: no two runs of a store have the same key. */
  idempotency?: { key: string; fingerprint: string }
}

/** What a store is told of a run that begins. */
export interface NewRun {
  summary: RunSummary
  /** Stored once for each hash. */
  plan: { hash: string; json: string }
  driver: DriverIdentity
}

/** One attempt as kept across runs for statistics. */
export interface AttemptRecord {
  runId: string
  /** The run's. */
  name: string
  step: string
  attempt: number
  status: 'completed' | 'failed' | 'cancelled' | 'cached'
  startedAt: number
  endedAt: number
  metrics: AttemptMetrics | null
  errorCode: string | null
}

/** Events of one run that become durable together, with the view changes that go with them. */
export interface JournalBatch {
  runId: string
  /** The lease under which the driver writes: 1 for a run's creator, rising with each take-over. */
  epoch: number
  /** `seq` of the first line; the journal has exactly firstSeq events before this batch (seq counts from 0). */
  firstSeq: number
  /** One JSON text an event, without line ends. */
  lines: string[]
  create?: NewRun
  /** The run has ended; its lease is given up with it. */
  ended?: { status: Exclude<RunStatus, 'running'>; at: number; error: RecordedError | null; attempts: AttemptRecord[] }
  /** A run that had ended goes on: the summary is `running` again. */
  reopened?: boolean
  /** Inbox commands up to this id were journaled in this batch. */
  inboxDone?: number
}

/**
 * `ok`: durable (as the store's durability promises). `fenced`: another driver holds the lease, or the journal is not
 * at firstSeq: nothing was written. `exists`: create found the run id, or the idempotency key, taken: nothing was written.
 */
export type CommitResult = 'ok' | 'fenced' | 'exists'

/** Who may write the journal of a run. */
export interface Lease {
  epoch: number
  /** Null: nobody holds it (given up, or the run has ended), and `takeLease` with this epoch takes it. */
  driver: DriverIdentity | null
  /** Counts up while the holder lives. Compare for equality only. */
  heartbeat: number
}

/** A step that holds, or wants, a slot of a concurrency group. `epoch`: of the lease under which its run is driven. */
export interface SlotHolder {
  runId: string
  step: string
  epoch: number
}

/** A slot that is taken, and who keeps it so: enough to tell whether that driver is still there (see Lease). */
export interface HeldSlot extends SlotHolder {
  driver: DriverIdentity
  heartbeat: number
}

/** What a process asks of a run's driver. */
export type RunRequest = { by: string; reason: string } & (
  | { type: 'cancel' | 'pause' | 'unpause' }
  | { type: 'approve'; step: string; approved: boolean }
)

/** `id` rises with each command of a store. */
export type InboxCommand = { id: number } & RunRequest

/** What a completed step left in the cache, under (plan name, step, key). */
export interface CacheEntry {
  planName: string
  step: string
  key: string
  /** The completed event's writes, outputs, artifacts, and what must still hold for a hit. */
  value: JsonObject
  runId: string
  createdAt: number
}

/** A small durable document that is kept beside the runs. */
export interface StoredDocument {
  key: string
  value: JsonObject
  /** 1 when it is made, then 1 more with each change. */
  revision: number
}

/** Which documents of a collection, in the order of their keys. */
export interface DocumentFilter {
  /** Only keys after this one, or before it, exclusive. */
  after?: string
  before?: string
  /** The last key first. Default false. */
  reverse?: boolean
  /** Default 100. */
  limit?: number
}

/** Which runs a list shows: those of which everything that is given holds. */
export interface RunFilter {
  name?: string
  status?: RunStatus
  /** True: only runs that no step of another run started. Default: all. */
  topLevel?: boolean
  /** What the name begins with. */
  namePrefix?: string
  /** The path of the file that the run was compiled from, as it was recorded. */
  recipe?: string
  /** Unix milliseconds: created then or later, and before then. */
  createdFrom?: number
  createdUntil?: number
  /** Part of the run's id, name, recipe or error message; ASCII letters in either case. */
  text?: string
  /** True: only runs that a service took in. Default: all. */
  accepted?: boolean
  /** The run of this idempotency key. */
  idempotencyKey?: string
  /** Only runs created before this one (exclusive); for paging. */
  before?: string
  /** Default 50. */
  limit?: number
}

/** Which attempts: those of which everything that is given holds. */
export interface AttemptFilter {
  runId?: string
  name?: string
  step?: string
  /** As in RunFilter. */
  topLevel?: boolean
  limit?: number
}

/**
 * Where journals live. Every method throws RunnerError STORE_* when the medium fails (full disk, corrupt file); a
 * rejected commit has written nothing. Safe for several processes unless the implementation says otherwise.
 */
export interface RunStore {
  readonly kind: string
  /** Writes every batch atomically, each by itself; all of them share one sync. Results in the order of `batches`. */
  commit(batches: readonly JournalBatch[]): CommitResult[] | Promise<CommitResult[]>
  /** Journal lines from `fromSeq` (default 0), in order, in chunks; throws RUN_UNKNOWN. */
  read(runId: string, fromSeq?: number): AsyncIterable<string[]>
  plan(hash: string): Promise<string | undefined>
  get(runId: string): Promise<RunSummary | undefined>
  /** Newest first by creation; throws RUN_UNKNOWN when `before` names no run. */
  list(filter?: RunFilter): Promise<RunSummary[]>

  /** Undefined when there is no such run. */
  lease(runId: string): Promise<Lease | undefined>
  /** Compare and swap: takes the lease if its epoch still is `expected`; returns the new epoch, or undefined. */
  takeLease(runId: string, expected: number, driver: DriverIdentity): Promise<number | undefined>
  /** Gives the lease up (at the end of a run, or on a clean stop) if it is still held under `epoch`. */
  releaseLease(runId: string, epoch: number): Promise<void>
  /** The same for many, of which those that are not held so any more are left alone. */
  releaseLeases(held: readonly { runId: string; epoch: number }[]): Promise<void>
  /** Begins to count up the heartbeat of every lease of this driver, off the main thread; returns how to stop it. */
  startHeartbeat(driver: DriverIdentity, intervalMs: number): () => Promise<void>

  /** Puts a command into the run's inbox, durably; returns its id. Throws RUN_UNKNOWN. */
  send(runId: string, command: RunRequest): Promise<number>
  /** Commands that no committed batch has acknowledged. Cheap when there are none. */
  inbox(runId: string): Promise<InboxCommand[]>

  /**
   * Takes a slot of a concurrency group if fewer than `limit` are held; `granted` also to who holds one already. Else
   * returns who holds them. A slot counts as long as the lease under which it was taken is held, so a run has to be
   * committed before it asks, and the end of a run and a take-over free slots by themselves; those of `gone` are freed
   * with this call. Atomic; need not survive a power cut.
   */
  takeSlot(group: string, limit: number, holder: SlotHolder, gone?: readonly SlotHolder[]): Promise<'granted' | HeldSlot[]>
  /** Nothing happens when the slot is not held. */
  releaseSlot(group: string, holder: SlotHolder): Promise<void>

  /** Newest first, at most `limit` (default 1). */
  cached(planName: string, step: string, key: string, limit?: number): Promise<CacheEntry[]>
  /** Every entry of a step, newest first, at most `limit` (default 20): for policies that verify before reuse. */
  cacheEntries(planName: string, step: string, limit?: number): Promise<CacheEntry[]>
  putCache(entry: CacheEntry): Promise<void>

  /** Those of the newest run first, within a run the last first; at most `limit` (default: all). */
  attempts(filter: AttemptFilter): Promise<AttemptRecord[]>
  /** Undefined when there is none. */
  document(collection: string, key: string): Promise<StoredDocument | undefined>
  /** Those of a collection, in the order of their keys (of ASCII). */
  documents(collection: string, filter?: DocumentFilter): Promise<StoredDocument[]>
  /**
   * Makes (`expected` 0), changes or (`value` null) removes a document, durably, if its revision is the expected one; else
   * changes nothing and answers false. Of several that expect the same revision, one gets true.
   */
  putDocument(collection: string, key: string, value: JsonObject | null, expected: number): Promise<boolean>

  /**
   * Removes runs that have ended and that nobody holds the lease of, each with its journal, attempts and inbox, entirely or
   * not at all. Returns those that are gone now; others are left as they are.
   */
  remove(runIds: readonly string[]): Promise<string[]>
  /** Removes plans that no run is of any more. It looks at every run that is kept. */
  removePlans(): Promise<void>
  /** Removes cached results made before (Unix milliseconds), but for the newest `keep` of each step; returns how many. */
  removeCached(before: number, keep: number): Promise<number>
  size(): Promise<StoreSize>
  /** Gives what is free back to the file system. Takes long where much is kept, and as much room again meanwhile. */
  compact(): Promise<void>
  /** Waits for commits under way. Whatever is called afterwards throws STORE_CLOSED; closing twice is fine. */
  close(): Promise<void>
}

/** What a store takes of its medium. */
export interface StoreSize {
  bytes: number
  /** Of these, what was removed: new runs are written there. */
  freeBytes: number
}

/** `power`: an acknowledged commit survives a power cut (synced). `process`: it survives a killed process only. */
export type Durability = 'power' | 'process'
