import type { RunnerError } from '../../errors.ts'
import type { Attempt, AttemptOutcome } from '../../executor.ts'
import { ClosableContext } from './node-context.ts'
import { AttemptLog } from './node-log.ts'
import { recorded } from './node-outcome.ts'
import { inScope, releaseConsole, retainConsole, type AttemptScope } from './node-output.ts'
import { isThenable, type Scriptlet } from './node-scriptlet.ts'
import { artifactsFolder, grantedEnv, paramsOf, ScriptletStep, type StepBacking } from './node-step.ts'
import { thrownText, untold } from '../thrown-text.ts'

export interface InProcessBacking extends StepBacking {
  /** The attempt has ended: its code, if it goes on, does so for nobody. */
  readonly isOver: boolean
}

/** Code that attempts run in this process, and how it tells what became of them. */
export interface InProcessCode {
  /** What the attempt calls, if it is loaded. */
  known(attempt: Attempt, backing: InProcessBacking): Scriptlet | undefined
  /** Rejects with a coded error. */
  load(attempt: Attempt, backing: InProcessBacking): Promise<Scriptlet>
  returned(value: unknown): AttemptOutcome
  threw(error: unknown, attempt: Attempt): AttemptOutcome
}

/**
 * Runs an attempt in this process. Answers at once when this run knows the scriptlet and the scriptlet is synchronous.
 *
 * Code in this process cannot be ended by force. A step that is cancelled sees it by `step.signal`; if it goes on for
 * longer than `graceMs` the attempt is over without it, its log says so, and what it writes from then on is dropped. An
 * error that it throws where nobody awaits it is Node's to handle, as everywhere in the process: see `claimStrayError`.
 */
export function runInProcess(code: InProcessCode, attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome> {
  const live = new InProcessAttempt(attempt, code)
  retainConsole()
  return inScope(live, () => live.run())
}

class InProcessAttempt implements AttemptScope, InProcessBacking {
  console?: Console
  readonly #attempt: Attempt
  readonly #code: InProcessCode
  readonly #log: AttemptLog
  readonly #context: ClosableContext
  #outcome: AttemptOutcome | undefined
  #resolve: ((outcome: AttemptOutcome) => void) | undefined
  #unwatch: (() => void) | undefined
  /** The attempt's signal, once somebody looks at it. */
  #signal: AbortSignal | undefined

  constructor(attempt: Attempt, code: InProcessCode) {
    this.#attempt = attempt
    this.#code = code
    this.#log = new AttemptLog(attempt)
    this.#context = new ClosableContext(attempt.context, (key) => {
      this.write(`lorc: the step had ended when it wrote ${key}; the write is dropped\n`)
    })
  }

  run(): AttemptOutcome | Promise<AttemptOutcome> {
    const scriptlet = this.#code.known(this.#attempt, this)
    const params = paramsOf(this.#attempt.step)
    const step = new ScriptletStep(this)
    try {
      const returned = scriptlet
        ? scriptlet(this.#context, params, step)
        : this.#code.load(this.#attempt, this).then((loaded) => loaded(this.#context, params, step))
      if (isThenable(returned)) return this.#follow(returned)
      return this.#end(this.#code.returned(returned))
    } catch (error) {
      return this.#end(this.#failure(error))
    } finally {
      if (this.#resolve === undefined) releaseConsole()
    }
  }

  #follow(work: PromiseLike<unknown>): Promise<AttemptOutcome> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      const finish = (judge: () => AttemptOutcome): void => {
        this.#end(judge())
        // Not before the code is done, though the attempt may be over: what it still prints is the step's.
        releaseConsole()
      }
      Promise.resolve(work).then(
        (value) => finish(() => this.#judge(value)),
        (error: unknown) => finish(() => this.#failure(error)),
      )
      // Most async steps have nothing to wait for: only one that does is worth a listener.
      queueMicrotask(() => this.#watch())
    })
  }

  #judge(value: unknown): AttemptOutcome {
    try {
      return this.#code.returned(value)
    } catch (error) {
      return this.#failure(error)
    }
  }

  /** Gives the attempt up when it goes on for `graceMs` after it was told to end. */
  #watch(): void {
    if (this.#outcome !== undefined) return
    const signal = this.signal()
    let timer: NodeJS.Timeout | undefined
    const giveUp = (): void => {
      this.write('lorc: the step was told to end and went on; what it does from here on is ignored\n')
      this.#end(cutShort(signal))
    }
    const wait = (): void => void (timer = setTimeout(giveUp, this.#attempt.graceMs))
    const unwatch = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wait)
    }
    this.#unwatch = unwatch
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true })
  }

  #failure(error: unknown): AttemptOutcome {
    const text = untold(error)
    if (text !== undefined) this.write(`${text}\n`)
    return this.#code.threw(error, this.#attempt)
  }

  #end(outcome: AttemptOutcome): AttemptOutcome {
    this.#log.end()
    if (this.#outcome !== undefined) return this.#outcome
    // What ends after it was told to end has been cut short, whatever it returns.
    this.#outcome = this.#signal?.aborted === true ? cutShort(this.#signal) : outcome
    this.#context.close()
    this.#unwatch?.()
    this.#resolve?.(this.#outcome)
    return this.#outcome
  }

  fail(error: unknown): void {
    this.write(`lorc: the step left this error to nobody: ${thrownText(error)}\n`)
    this.#end(this.#code.threw(error, this.#attempt))
  }

  write = (chunk: string | Uint8Array): void => this.#log.write(chunk)

  get isOver(): boolean {
    return this.#outcome !== undefined
  }
  get stepName(): string {
    return this.#attempt.step.name
  }
  get runId(): string {
    return this.#attempt.runId
  }
  get workspace(): string {
    return this.#attempt.workspace
  }
  get attempt(): number {
    return this.#attempt.number
  }
  get seed(): number {
    return this.#attempt.seed
  }
  get idempotencyKey(): string {
    return this.#attempt.idempotencyKey
  }
  get item(): Attempt['item'] {
    return this.#attempt.item
  }
  signal(): AbortSignal {
    return (this.#signal ??= this.#attempt.signal)
  }
  artifactsDir(): string {
    return artifactsFolder(this.#attempt)
  }
  env(): Readonly<Record<string, string>> {
    return grantedEnv(this.#attempt)
  }
  progress(done: number, total: number | null): void {
    this.#attempt.onProgress(done, total)
  }
}

function cutShort(signal: AbortSignal): AttemptOutcome {
  return { status: 'error', error: recorded(signal.reason as RunnerError) }
}
