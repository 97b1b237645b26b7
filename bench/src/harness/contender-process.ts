import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Answer, Order } from './contender-entry.ts'
import type { TaskOptions } from './contender.ts'

const ENTRY = fileURLToPath(new URL('./contender-entry.ts', import.meta.url))
/** A contender that is not done by then is given up. */
const PATIENCE_MS = 120_000
/** Nobody is to call home, look for updates or leave a daemon behind while time is taken. */
const QUIET = { DO_NOT_TRACK: '1', NX_DAEMON: 'false', TURBO_TELEMETRY_DISABLED: '1', NO_UPDATE_NOTIFIER: '1', NODE_ENV: 'production' }

/** Why a contender has no number: it cannot be had here, or it failed. */
export class NoMeasurement extends Error {
  readonly notHere: boolean

  constructor(message: string, notHere: boolean) {
    super(message)
    this.notHere = notHere
  }
}

/** A contender in a process of its own, with a scratch folder of its own. */
export class ContenderProcess {
  readonly version: string
  readonly settings: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, { version, settings }: { version: string; settings: string }) {
    this.#child = child
    this.version = version
    this.settings = settings
  }

  /** Rejects with NoMeasurement. `module` is a file URL; its scratch folder is made in `place`, and left there. */
  static async open(module: string, variant: string, place: string): Promise<ContenderProcess> {
    const scratch = mkdtempSync(join(place, 'contender-'))
    const child = fork(ENTRY, [module, scratch, variant], {
      env: { ...env, ...QUIET },
      execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DeprecationWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    try {
      return new ContenderProcess(child, (await answerOf(child)) as { version: string; settings: string })
    } catch (error) {
      child.kill()
      throw error
    }
  }

  /** Milliseconds for doing a task once. */
  async time(task: string, size: number, options: TaskOptions): Promise<number> {
    this.#order({ task, size, options })
    return ((await answerOf(this.#child)) as { ms: number }).ms
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#order({ close: true })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }

  #order(order: Order): void {
    this.#child.send(order)
  }
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(new NoMeasurement(`not done after ${PATIENCE_MS / 1000} s`, false))), PATIENCE_MS)
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit)
      act()
    }
    const onExit = (): void => settle(() => reject(new NoMeasurement('its process ended', false)))
    const onMessage = (answer: Answer): void =>
      settle(() => {
        if ('failed' in answer) reject(new NoMeasurement(answer.failed, answer.notHere))
        else resolve(answer)
      })
    child.on('message', onMessage).on('exit', onExit)
  })
}
