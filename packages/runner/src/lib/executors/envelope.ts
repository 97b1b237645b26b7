import { isUtf8 } from 'node:buffer'
import type { ErrorCode } from '../errors.ts'
import type { FloatMarks, RecordedError, RecordedWrite } from '../events.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { isObject, isTexts } from '../json-object.ts'
import type { AttemptOutcome } from '../executor.ts'
import { parseFloats } from './float-text.ts'
import { signalName } from './signal-name.ts'

/** What a process printed on standard output, and how it ended. */
export interface Printed {
  /** The first part of it. */
  stdout: Buffer
  /** All of it. */
  stdoutBytes: number
  /** Null: a signal ended the process. */
  exitCode: number | null
  /** The number of that signal. */
  signal: number | null
}

const SHOWN = 500
const SHELL_ENDING = `End it with: echo '{"status":"ok","outputs":[]}'`
const STDERR_FIX = 'Print the envelope as the one line on standard output, and everything else on standard error.'

/**
 * What a scriptlet that prints its envelope says: exactly one line, `{"status":"ok","outputs":[...]}` or
 * `{"status":"error","reason":...,"exit_code":...,"step":...}`. Blank lines do not count. `set` of an envelope that is
 * ok becomes writes; further fields become meta, or details of the error.
 *
 * Anything else is an error with the offending text: STEP_ENVELOPE_MISSING, STEP_ENVELOPE_REPEATED,
 * STEP_ENVELOPE_INVALID, STEP_ENVELOPE_TOO_LONG, STEP_ENVELOPE_CONTRADICTED; STEP_FAILED when a process that printed
 * no envelope ended with a failure. `ending` says how a scriptlet of this language ends with an envelope.
 */
export function readPrinted(printed: Printed, ending = SHELL_ENDING): AttemptOutcome {
  const { stdout, stdoutBytes, exitCode } = printed
  const lines = linesOf(stdout)
  const text = shown(stdout)
  if (lines.length === 0 && exitCode === 0) {
    return refused('STEP_ENVELOPE_MISSING', 'The scriptlet printed no line on standard output: an envelope was expected.', '', { fix: ending })
  }
  if (lines.length === 0) return failedSilently(printed)
  if (lines.length > 1) {
    const message = `The scriptlet printed ${stdoutBytes > stdout.length ? 'more than one line' : `${lines.length} lines`} on standard output, not one`
    return refused('STEP_ENVELOPE_REPEATED', message, text, { fix: STDERR_FIX }, exitCode)
  }
  if (stdoutBytes > stdout.length) {
    const message = `The scriptlet printed a line of ${stdoutBytes} bytes; an envelope has at most ${stdout.length}`
    return refused('STEP_ENVELOPE_TOO_LONG', message, text, { fix: 'Write the data to a file and name it in `outputs`.' }, exitCode)
  }
  if (!isUtf8(stdout)) {
    return refused('STEP_ENVELOPE_INVALID', 'The scriptlet printed a line that is not UTF-8', text, { fix: STDERR_FIX }, exitCode)
  }
  let parsed: { value: JsonValue; floats: FloatMarks | undefined }
  try {
    parsed = parseFloats(lines[0] ?? '')
  } catch {
    return refused('STEP_ENVELOPE_INVALID', 'The scriptlet printed a line that is not JSON', text, { fix: STDERR_FIX }, exitCode)
  }
  return readEnvelope(parsed.value, text, exitCode, parsed.floats)
}

/** What an envelope says. `text` shows it in errors; an `exitCode` of 0 or null contradicts nothing. */
export function readEnvelope(value: unknown, text: string, exitCode: number | null, floats?: FloatMarks): AttemptOutcome {
  const invalid = (why: string): AttemptOutcome =>
    refused('STEP_ENVELOPE_INVALID', `The scriptlet's envelope is not valid, as ${why}`, text, {}, exitCode)
  if (!isObject(value)) return invalid('it is not an object')
  const { status, outputs, reason, exit_code: ownCode, set, ...rest } = value
  const meta = Object.keys(rest).length > 0 ? rest : undefined
  if (status === 'error') {
    if (typeof reason !== 'string' || reason === '') return invalid('`reason` is not a text')
    const failure = [ownCode, exitCode].find((code) => Number.isInteger(code) && code !== 0)
    const error: RecordedError = { code: 'STEP_FAILED', message: reason, exitCode: typeof failure === 'number' ? failure : 1 }
    return { status: 'error', error: { ...error, ...(meta && { details: meta }) } }
  }
  if (status !== 'ok') return invalid('`status` is neither `ok` nor `error`')
  if (outputs !== undefined && !isTexts(outputs)) return invalid('`outputs` is not a list of texts')
  if (set !== undefined && !isObject(set)) return invalid('`set` is not an object')
  const contradiction = [exitCode, ownCode].find((code) => code !== undefined && code !== null && code !== 0)
  if (contradiction !== undefined) {
    const message = `The scriptlet's envelope says ok, but its exit code is ${JSON.stringify(contradiction)}`
    return refused('STEP_ENVELOPE_CONTRADICTED', message, text, {}, exitCode)
  }
  const writes = set && writesOf(set, typeof floats === 'object' ? floats['set'] : undefined)
  return { status: 'ok', outputs: outputs ?? null, ...(writes && { writes }), ...(meta && { meta }) }
}

/** Text as it is shown in an error: at most 500 characters, with U+FFFD for what is not UTF-8. */
export function shown(bytes: Buffer): string {
  const text = bytes.subarray(0, SHOWN * 4).toString('utf8').trim()
  return text.length > SHOWN || bytes.length > SHOWN * 4 ? `${text.slice(0, SHOWN)}...` : text
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('utf8').split('\n').filter((line) => line.trim() !== '')
}

function writesOf(set: JsonObject, floats: FloatMarks | undefined): Record<string, RecordedWrite> {
  const marks = typeof floats === 'object' ? floats : {}
  const writes = Object.entries(set).map(([key, value]): [string, RecordedWrite] => {
    const mark = Object.hasOwn(marks, key) ? marks[key] : undefined
    return [key, { value, ...(mark !== undefined && { floats: mark }) }]
  })
  return Object.fromEntries(writes)
}

function failedSilently({ exitCode, signal }: Printed): AttemptOutcome {
  const how = exitCode === null ? `was ended by ${signalName(signal ?? 0)}` : `ended with exit code ${exitCode}`
  const error: RecordedError = {
    code: 'STEP_FAILED',
    message: `The scriptlet ${how} and printed no envelope.`,
    fix: 'What it printed on standard error is in its log; an envelope with a `reason` on standard output would say why.',
    exitCode: exitCode ?? 128 + (signal ?? 0),
  }
  return { status: 'error', error }
}

function refused(
  code: ErrorCode,
  message: string,
  text: string,
  more: Pick<RecordedError, 'fix'>,
  exitCode: number | null = null,
): AttemptOutcome {
  const error: RecordedError = {
    code,
    message: text === '' ? message : `${message}: ${text.replaceAll(/\s*\n\s*/g, ' | ')}`,
    ...more,
    ...(exitCode && { exitCode }),
    ...(text !== '' && { details: { stdout: text } }),
  }
  return { status: 'error', error }
}
