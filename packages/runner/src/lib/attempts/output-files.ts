import { RunnerError } from '../errors.ts'
import type { Artifact } from '../events.ts'

/** The files that steps of a run put out, as far as another step that runs at the same time may have written them too. */
export class OutputFiles {
  readonly #last = new Map<string, { step: string; end: number }>()
  #ends = 0

  /** How many steps had put out files by now: an attempt that begins keeps it. */
  get ends(): number {
    return this.#ends
  }

  /** Throws STEP_OUTPUT_CONFLICT where another step has put out one of the files since `ends` of them had. */
  refuse(step: string, artifacts: readonly Artifact[], ends: number): void {
    for (const { path } of artifacts) {
      const last = this.#last.get(path)
      if (!last || last.step === step || last.end <= ends) continue
      throw new RunnerError('STEP_OUTPUT_CONFLICT', `${path} was written by ${last.step} and by ${step}, which ran at the same time.`, {
        fix: 'Let one depend on the other, let each write a file of its own, or choose last_write_wins.',
        details: { path, step: last.step },
      })
    }
  }

  add(step: string, artifacts: readonly Artifact[]): void {
    if (artifacts.length === 0) return
    const end = ++this.#ends
    for (const { path } of artifacts) this.#last.set(path, { step, end })
  }

  /** No attempt is under way: what begins from now on is compared with what ends from now on. */
  clear(): void {
    this.#last.clear()
  }
}
