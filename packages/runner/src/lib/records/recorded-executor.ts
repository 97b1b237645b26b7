import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { RunnerError } from '../errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import type { JsonObject } from '../json.ts'
import { toRecorded } from '../attempts/outcome.ts'
import { isInside } from '../workspace/workspace.ts'
import type { Bundle } from './bundle.ts'
import type { RecordedAnswer, RecordedAnswers } from './recorded-answers.ts'

/** A run of a bundle, and what it was answered. */
export interface RecordedRun {
  runId: string
  answers: RecordedAnswers
}

/**
 * Gives steps of these types what the recorded run came to there in the end, files included, instead of running them. A
 * step without a recorded outcome fails with REPLAY_ANSWER_MISSING. `recordedRun` finds the run that an attempt's run
 * repeats.
 */
export function recordedExecutor(bundle: Bundle, types: readonly string[], recordedRun: (runId: string) => Promise<RecordedRun | undefined>): StepExecutor {
  return {
    types,
    async execute(attempt) {
      try {
        const run = await recordedRun(attempt.runId)
        const answer = run?.answers.outcomes.get(attempt.step.name)
        if (run === undefined || answer === undefined) throw missing(attempt, 'the recorded run had none there')
        if (answer.type === 'step.failed') return { status: 'error', error: answer.error }
        return await completed(attempt, answer, run.runId, bundle)
      } catch (error) {
        return { status: 'error', error: toRecorded(error) }
      }
    },
    close: async () => undefined,
  }
}

type Completion = Extract<RecordedAnswer, { type: 'step.completed' }>

async function completed(attempt: Attempt, { writes, outputs, artifacts, meta }: Completion, runId: string, bundle: Bundle): Promise<AttemptOutcome> {
  const own = `/${runId}/artifacts/${attempt.step.name}/`
  const places = new Map<string, string>()
  for (const { path } of artifacts) {
    const at = `/${path}`.indexOf(own)
    const place = at < 0 ? '' : resolve(attempt.artifactsDir, `/${path}`.slice(at + own.length))
    if (at < 0 || !isInside(attempt.artifactsDir, place)) throw missing(attempt, `its file ${JSON.stringify(path)} lies outside the folder of its artifacts`)
    const unpacked = bundle.file('artifact', path)
    if (!unpacked) throw missing(attempt, `its file ${JSON.stringify(path)} is not in the bundle`)
    await mkdir(dirname(place), { recursive: true })
    await copyFile(unpacked.place, place)
    places.set(`/${path}`, relative(attempt.workspace, place).split(sep).join('/'))
  }
  const anew = <T>(value: T): T => renamed(value, runId, attempt.runId)
  return {
    status: 'ok',
    outputs: outputs.map((output) => placeOf(output, places) ?? output),
    writes: anew(writes),
    ...(meta && { meta: anew<JsonObject>(meta) }),
  }
}

/** A step may have named a file by its path in the workspace, or by its absolute one. */
function placeOf(output: string, places: ReadonlyMap<string, string>): string | undefined {
  const [, place] = [...places].find(([path]) => `/${output}`.endsWith(path)) ?? []
  return place
}

/** Values may tell where the run's files are. */
function renamed<T>(value: T, from: string, to: string): T {
  const text = JSON.stringify(value)
  return text.includes(from) ? (JSON.parse(text.replaceAll(from, to)) as T) : value
}

function missing({ step }: Attempt, why: string): RunnerError {
  return new RunnerError('REPLAY_ANSWER_MISSING', `There is no recorded answer for step "${step.name}" (type ${step.type}): ${why}.`, {
    fix: 'See what else differs before it; a replay asks nothing of anybody, so a step that never ran has no answer.',
    details: { step: step.name, type: step.type },
  })
}
