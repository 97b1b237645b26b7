import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { processStartTime } from '../leases/process-start-time.ts'
import { SecretMask, type MaskStream } from '../secrets/secret-mask.ts'
import { groupLives, groupsBelow, signalGroup } from './process-group.ts'
import { CommandReader, type SupervisorCommand, type SupervisorEvent } from './supervisor-protocol.ts'

const POLL_MS = 10
const LAST_MS = 1000
/** A child is announced when it has lasted so long. */
const YOUNG_MS = 4
/** How long the output is waited for of a child that has ended. */
const HELD_OPEN_MS = 100

type Spawn = Extract<SupervisorCommand, { op: 'spawn' }>

/**
 * The supervisor where Python is missing: the same protocol and the same promises, but Node measures neither CPU time
 * nor memory of a child, and spawns more slowly.
 */
export class FallbackSupervisor {
  readonly #emit: (event: SupervisorEvent) => void
  readonly #graceMs: number
  /** Of children that are about to be spawned. */
  readonly #masks = new Map<number, SecretMask>()
  readonly #groups = new Map<number, number>()
  readonly #watched = new Map<number, string | undefined>()
  readonly #commands = new CommandReader()

  constructor(graceMs: number, emit: (event: SupervisorEvent) => void) {
    this.#graceMs = graceMs
    this.#emit = emit
    emit({ ev: 'ready' })
  }

  receive(text: string): void {
    for (const command of this.#commands.push(text)) this.#obey(command)
  }

  /** The driver is gone: ends every group. Resolves when they are empty. */
  async end(): Promise<void> {
    const watched = [...this.#watched].filter(([pid, start]) => [start, undefined].includes(processStartTime(pid)))
    const hosts = watched.map(([pid]) => pid)
    // A host that is stopped has no child that is not seen.
    for (const pgid of hosts) signalGroup(pgid, 'SIGSTOP')
    const groups = [...this.#groups.values(), ...hosts, ...groupsBelow(hosts)]
    for (const pgid of groups) {
      signalGroup(pgid, 'SIGTERM')
      signalGroup(pgid, 'SIGCONT')
    }
    await emptied(groups, this.#graceMs)
  }

  #obey(command: SupervisorCommand): void {
    switch (command.op) {
      case 'mask':
        return void this.#masks.set(command.id, SecretMask.ofForms(command.forms))
      case 'spawn':
        return this.#spawn(command)
      case 'watch':
        return void this.#watched.set(command.pid, processStartTime(command.pid))
      case 'unwatch':
        return void this.#watched.delete(command.pid)
      case 'kill': {
        const pgid = this.#groups.get(command.id)
        if (pgid !== undefined) signalGroup(pgid, command.signal === 9 ? 'SIGKILL' : 'SIGTERM')
      }
    }
  }

  #spawn(command: Spawn): void {
    const { id, argv, env, cwd } = command
    const mask = this.#masks.get(id)
    this.#masks.delete(id)
    const output = new ChildOutput(command.log, command.cap, mask)
    const [file = '', ...args] = argv
    let child: ChildProcess
    try {
      child = spawn(file, args, { env: { ...env }, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    } catch (error) {
      this.#emit({ ev: 'refused', id, errno: null, message: String(error) })
      return
    }
    if (child.pid === undefined) {
      child.once('error', ({ message }) => this.#emit({ ev: 'refused', id, errno: null, message }))
      return
    }
    const { pid } = child
    this.#groups.set(id, pid)
    child.stdout?.on('data', (data: Buffer) => output.take(data))
    child.stderr?.on('data', (data: Buffer) => output.log(data, 'err'))
    const announcing = setTimeout(() => this.#emit({ ev: 'spawned', id, pid, start: processStartTime(pid) ?? null }), YOUNG_MS)
    child.once('exit', (code, signal) => {
      clearTimeout(announcing)
      void this.#exited(command, child, output, code, signal)
    })
  }

  async #exited(
    { id, grace }: Spawn,
    child: ChildProcess,
    output: ChildOutput,
    code: number | null,
    signal: NodeJS.Signals | null,
  ): Promise<void> {
    const { pid = 0 } = child
    if (signalGroup(pid, 'SIGTERM')) await emptied([pid], grace)
    // What holds the pipes open now has left the group on purpose and is not waited for.
    await closedWithin(child, HELD_OPEN_MS)
    this.#groups.delete(id)
    child.stdout?.destroy()
    child.stderr?.destroy()
    const number = signal === null ? null : constants.signals[signal]
    this.#emit({ ev: 'exited', id, code, signal: number, user: null, sys: null, rss: null, ...output.end() })
  }
}

/** The same rules for standard output as in the Python supervisor. */
class ChildOutput {
  readonly #path: string
  readonly #cap: number
  readonly #masks: Record<'out' | 'err', MaskStream> | undefined
  #held = Buffer.alloc(0)
  #size = 0
  #logged = false
  #file: number | undefined

  constructor(path: string, cap: number, mask: SecretMask | undefined) {
    this.#path = path
    this.#cap = cap
    this.#masks = mask && { out: mask.stream(), err: mask.stream() }
  }

  take(data: Buffer): void {
    this.#size += data.length
    if (this.#held.length < this.#cap) this.#held = Buffer.concat([this.#held, data])
    if (this.#logged) this.log(data, 'out')
    else if (!mayBeEnvelope(this.#held, this.#cap)) {
      this.#logged = true
      this.log(this.#held, 'out')
    }
    if (this.#held.length > this.#cap) this.#held = this.#held.subarray(0, this.#cap)
  }

  log(data: Buffer, stream: 'out' | 'err'): void {
    this.#write(this.#masks?.[stream].push(data) ?? data)
  }

  #write(data: Buffer): void {
    if (data.length === 0) return
    try {
      this.#file ??= openSync(this.#path, 'a')
      writeSync(this.#file, data)
    } catch {
      // A full disk must not end every other child as well.
    }
  }

  end(): { out: string; bytes: number; logged: boolean } {
    for (const mask of Object.values(this.#masks ?? {})) this.#write(mask.end())
    if (this.#file !== undefined) closeSync(this.#file)
    return { out: this.#held.toString('base64'), bytes: this.#size, logged: this.#logged }
  }
}

function mayBeEnvelope(held: Buffer, cap: number): boolean {
  if (held.length > cap) return false
  const text = held.toString('latin1').trim()
  return text === '' || (text.startsWith('{') && !text.includes('\n'))
}

async function emptied(groups: readonly number[], graceMs: number): Promise<void> {
  let left = groups.filter(groupLives)
  for (let waited = 0; left.length > 0 && waited < graceMs + LAST_MS; waited += POLL_MS) {
    if (waited >= graceMs) for (const pgid of left) signalGroup(pgid, 'SIGKILL')
    await wait(POLL_MS)
    left = left.filter(groupLives)
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function closedWithin(child: ChildProcess, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    child.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
