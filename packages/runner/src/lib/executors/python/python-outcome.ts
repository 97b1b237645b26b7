import { constants } from 'node:os'
import type { RecordedError } from '../../events.ts'
import type { AttemptOutcome, MeasuredMetrics } from '../../executor.ts'
import { readEnvelope, readPrinted, shown } from '../envelope.ts'
import type { PythonResult, PythonUsage } from './python-protocol.ts'
import { signalName } from '../signal-name.ts'

const ENDING = `Return it: return {"status": "ok", "outputs": []}`

/** Standard output of an attempt, and whether its log has it. */
export interface PythonOutput {
  stdout: Buffer
  logged: boolean
}

export function outputOf({ stdout, logged }: PythonResult): PythonOutput {
  return { stdout: Buffer.from(stdout ?? '', 'base64'), logged: logged ?? true }
}

/** What an attempt that ran to its end comes to: by its exception, by the envelope that it returned, or that it printed. */
export function outcomeOf(result: PythonResult, { stdout }: PythonOutput): AttemptOutcome {
  const { code, error, errorCode, fix, missing, returned, invalid, writes, bytes = 0 } = result
  if (missing !== undefined) return failed({ code: 'EXPORT_MISSING', message: missing[0], fix: missing[1] })
  if (error !== undefined) {
    const details = errorCode !== undefined && { details: { code: errorCode } }
    return failed({ code: 'STEP_FAILED', message: error, ...(fix !== undefined && { fix }), exitCode: code, ...details })
  }
  if (invalid !== undefined) {
    return failed({
      code: 'STEP_RETURN_INVALID',
      message: `run() returned ${invalid}, which is neither an exit code nor an envelope.`,
      fix: 'Print the envelope and return 0, or return the envelope as a dict.',
    })
  }
  const outcome =
    returned !== undefined && stdout.toString('latin1').trim() === ''
      ? readEnvelope(returned, JSON.stringify(returned), 0)
      : readPrinted({ stdout, stdoutBytes: bytes, exitCode: code, signal: null }, ENDING)
  if (returned !== undefined && bytes > 0 && outcome.status === 'ok') return printedAndReturned(stdout)
  if (outcome.status === 'error' || writes === undefined) return outcome
  return { ...outcome, writes: { ...writes, ...outcome.writes } }
}

function printedAndReturned(stdout: Buffer): AttemptOutcome {
  const text = shown(stdout)
  return failed({
    code: 'STEP_ENVELOPE_REPEATED',
    message: `run() returned an envelope and printed another one: ${text}`,
    fix: 'Do either.',
    details: { stdout: text },
  })
}

/** The process of an attempt ended before the attempt did. */
export function crashed(code: number | null, signal: NodeJS.Signals | number | null): AttemptOutcome {
  const number = typeof signal === 'string' ? constants.signals[signal] : (signal ?? 0)
  const name = typeof signal === 'number' ? signalName(signal) : signal
  const how = name === null ? `ended with exit code ${code}` : `was ended by ${name}`
  return failed({
    code: 'STEP_EXECUTOR_CRASHED',
    message: `The Python process of the step ${how} before the step was done.`,
    fix: 'Look in the log of the attempt for what ended it; memory is a frequent reason.',
    exitCode: code ?? 128 + number,
  })
}

export function metricsOf([cpuUserMs, cpuSystemMs, peakRssBytes]: PythonUsage, exitCode: number | null): MeasuredMetrics {
  return { cpuUserMs, cpuSystemMs, peakRssBytes, exitCode }
}

function failed(error: RecordedError): AttemptOutcome {
  return { status: 'error', error }
}
