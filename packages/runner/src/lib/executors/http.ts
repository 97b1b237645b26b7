import { RunnerError } from '../errors.ts'
import type { RecordedWrite } from '../events.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import type { JsonValue } from '../json.ts'
import { toRecorded } from '../attempts/outcome.ts'
import { isExpected, readAnswer, responseOf, statusError, type Answer, type HttpResponse } from './http/http-answer.ts'
import { exchange } from './http/http-exchange.ts'
import { requestOf, shownUrl, type HttpRequest } from './http/http-request.ts'
import { AttemptLog } from './node/node-log.ts'
import { placeInSet } from './step-set.ts'

export interface HttpExecutorOptions {
  /** The value of an expression of `set`; throws RunnerError EXPRESSION_FAILED. `where` names its place, for people. */
  evaluate(cel: string, response: HttpResponse, attempt: Attempt, where: string): JsonValue
}

/**
 * Runs steps of type `http`: one request (see requestOf), redirects followed, its answer checked against `expect` and
 * turned into context by `set`. The attempt's signal aborts it. Its log has a line for each request, and the body of an
 * answer that failed the step.
 */
export function createHttpExecutor(options: HttpExecutorOptions): StepExecutor {
  return {
    types: ['http'],
    execute: (attempt) => execute(attempt, options),
    close: async () => {},
  }
}

async function execute(attempt: Attempt, { evaluate }: HttpExecutorOptions): Promise<AttemptOutcome> {
  const log = new AttemptLog(attempt)
  try {
    const { expect = ['2xx'], set = {} } = attempt.step.http ?? {}
    const answer = await ask(attempt, expect, log)
    const { status } = answer.response
    if (!isExpected(status, expect)) {
      log.write(answer.text.endsWith('\n') || answer.text === '' ? answer.text : `${answer.text}\n`)
      throw statusError(answer, expect)
    }
    const writes: Record<string, RecordedWrite> = {}
    const fields = Object.entries(set)
    const response = fields.length === 0 ? undefined : responseOf(answer)
    for (const [key, cel] of fields) {
      writes[key] = { value: evaluate(cel, response!, attempt, placeInSet(key, attempt)) }
    }
    return { status: 'ok', outputs: null, writes, meta: { status } }
  } catch (error) {
    const known = RunnerError.from(error, 'STEP_FAILED')
    if (known.code !== 'HTTP_STATUS' && !attempt.signal.aborted) log.write(`${known.message}\n`)
    return { status: 'error', error: toRecorded(known) }
  } finally {
    log.end()
  }
}

async function ask(attempt: Attempt, expect: readonly (number | string)[], log: AttemptLog): Promise<Answer> {
  const { signal } = attempt
  if (signal.aborted) throw signal.reason
  const began = performance.now()
  const line = ({ method, url }: HttpRequest, what: string): void =>
    log.write(`${method} ${shownUrl(url)} ${what}, ${Math.round(performance.now() - began)} ms\n`)
  const isAnswer = (status: number): boolean => isExpected(status, expect)
  const found = await exchange(requestOf(attempt), signal, isAnswer, (request, status) => line(request, `${status}, redirected`))
  const answer = await readAnswer(found, signal)
  line(answer.request, `${answer.response.status}, ${answer.bytes} bytes`)
  return answer
}
