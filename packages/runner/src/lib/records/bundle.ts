import { createHash } from 'node:crypto'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalize } from '../journal/canonical-json.ts'
import { RunnerError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { checkedEvents, type JournalSource } from '../run-state/run-reader.ts'
import { sha256Hex } from '../journal/sha256.ts'
import { storeError } from '../stores/store-error.ts'
import type { BundleFile, BundleLine, FileRole, MissingFile } from './bundle-format.ts'
import { bundleLines, damaged } from './bundle-lines.ts'

/** A file of a bundle, as it lies on this machine now. */
export type UnpackedFile = BundleFile & { place: string }

/** A bundle that was read and found to be whole: its runs as a store has them, and its files, unpacked. */
export interface Bundle extends JournalSource {
  /** The bundled run; those of its steps are there, too. */
  runId: string
  name: string
  runIds: string[]
  /** Of the bundle's own bytes, in hex. */
  sha256: string
  writtenBy: JsonObject
  files: UnpackedFile[]
  missing: MissingFile[]
  file(role: FileRole, path: string): UnpackedFile | undefined
}

/**
 * Reads a bundle and unpacks its files into `folder`, under names of their own making: no path in a bundle leads anywhere.
 * All hashes are checked: of the bundle, its files and plans, and the chain of each journal. Rejects with
 * BUNDLE_UNREADABLE, BUNDLE_VERSION, BUNDLE_DAMAGED, and STORE_* where the folder cannot be written.
 */
export async function openBundle(file: string, folder: string): Promise<Bundle> {
  const reader = new BundleReader(file, folder)
  const whole = createHash('sha256')
  try {
    await mkdir(folder, { recursive: true })
    for await (const line of bundleLines(file, whole)) await reader.take(line)
    return await reader.bundle(whole.digest('hex'))
  } catch (error) {
    throw storeError(error, 'write', folder, 'files of the bundle to')
  } finally {
    await reader.close()
  }
}

interface OpenFile {
  file: UnpackedFile
  out: FileHandle
  left: number
  digest: ReturnType<typeof createHash>
}

class BundleReader {
  readonly #file: string
  readonly #folder: string
  #head: Extract<BundleLine, { type: 'bundle' }> | undefined
  readonly #journals = new Map<string, string[]>()
  readonly #plans = new Map<string, string>()
  readonly #files: UnpackedFile[] = []
  readonly #missing: MissingFile[] = []
  #open: OpenFile | undefined

  constructor(file: string, folder: string) {
    this.#file = file
    this.#folder = folder
  }

  async take(line: BundleLine): Promise<void> {
    if (this.#open && line.type !== 'data') throw damaged(this.#file, `the file ${JSON.stringify(this.#open.file.path)} is not whole`)
    switch (line.type) {
      case 'bundle':
        this.#head = line
        return
      case 'run':
        this.#journals.set(line.run_id, [])
        return
      case 'plan':
        this.#takePlan(line)
        return
      case 'events':
        this.#takeEvents(line)
        return
      case 'file':
        return this.#begin(line)
      case 'data':
        return this.#write(line.base64)
      case 'missing':
        this.#missing.push(line)
        return
      case 'end':
    }
  }

  async bundle(sha256: string): Promise<Bundle> {
    const { run_id: runId, name, written_by: writtenBy } = this.#head!
    const journals = this.#journals
    const files = this.#files
    if (!journals.has(runId)) throw damaged(this.#file, `it does not hold the run ${runId}`)
    const byPath = new Map(files.map((file) => [`${file.role} ${file.path}`, file]))
    const bundle: Bundle = {
      runId,
      name,
      runIds: [...journals.keys()],
      sha256,
      writtenBy,
      files,
      missing: this.#missing,
      file: (role, path) => byPath.get(`${role} ${path}`),
      plan: (planHash) => Promise.resolve(this.#plans.get(planHash)),
      async *read(id, fromSeq = 0) {
        const lines = journals.get(id)
        if (!lines) throw new RunnerError('RUN_UNKNOWN', `No run ${JSON.stringify(id)} is in the bundle.`)
        await Promise.resolve()
        yield lines.slice(fromSeq)
      },
    }
    for (const id of journals.keys()) await this.#checkJournal(bundle, id)
    return bundle
  }

  async close(): Promise<void> {
    await this.#open?.out.close()
  }

  #takePlan({ sha256, plan }: Extract<BundleLine, { type: 'plan' }>): void {
    const json = canonicalize(plan)
    if (sha256Hex(json) !== sha256) throw damaged(this.#file, `the plan ${sha256} has another hash`)
    this.#plans.set(sha256, json)
  }

  #takeEvents({ run_id, events }: Extract<BundleLine, { type: 'events' }>): void {
    const journal = this.#journals.get(run_id)
    if (!journal) throw damaged(this.#file, `events of ${JSON.stringify(run_id)} come before that run`)
    for (const event of events) journal.push(JSON.stringify(event))
  }

  async #begin(line: BundleFile): Promise<void> {
    const file = { ...line, place: join(this.#folder, String(this.#files.length)) }
    this.#open = { file, out: await open(file.place, 'wx'), left: line.bytes, digest: createHash('sha256') }
    await this.#finishIfWhole()
  }

  async #write(base64: string): Promise<void> {
    const open = this.#open
    const piece = Buffer.from(base64, 'base64')
    if (!open || piece.length > open.left) throw damaged(this.#file, 'there is more of a file than it says')
    open.left -= piece.length
    open.digest.update(piece)
    await open.out.writeFile(piece)
    await this.#finishIfWhole()
  }

  async #finishIfWhole(): Promise<void> {
    const open = this.#open
    if (!open || open.left > 0) return
    this.#open = undefined
    await open.out.close()
    const { file, digest } = open
    if (digest.digest('hex') !== file.sha256) throw damaged(this.#file, `the file ${JSON.stringify(file.path)} has another hash`)
    this.#files.push(file)
  }

  async #checkJournal(bundle: Bundle, id: string): Promise<void> {
    try {
      let first: string | undefined
      for await (const event of checkedEvents(bundle, id)) {
        if (event.type === 'run.created' && event.seq === 0 && event.runId === id) first = event.planHash
      }
      if (first === undefined) throw damaged(this.#file, `the journal of ${id} is another's`)
      if (!this.#plans.has(first)) throw damaged(this.#file, `it does not hold the plan of ${id}`)
    } catch (error) {
      if (error instanceof RunnerError && error.code === 'RUN_JOURNAL_BROKEN') throw damaged(this.#file, error.message.replace(/\.$/, ''), error)
      throw error
    }
  }
}
