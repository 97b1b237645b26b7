import type { JsonObject, RunResult } from '@lorc/runner'
import { EXIT } from '../exit-codes.ts'
import type { ErrorReport } from '../render/error-report.ts'

/** The one line on stdout of a run that completed. Keys that belong to the runner are left out. */
export function okLine(result: Pick<RunResult, 'runId' | 'context'>, fields: JsonObject = {}): string {
  const keys = [...result.context.keys()].filter((key) => !key.startsWith('_runner.')).sort()
  return line({ status: 'ok', ctx_keys: keys, run_id: result.runId, ...fields })
}

export interface Failure {
  report: Pick<ErrorReport, 'code' | 'message' | 'fix' | 'problems'>
  /** The exit status of lorc itself. */
  exitCode: number
  step: string | null
  runId: string | null
  /** Of this command alone. */
  fields?: JsonObject
}

/** The one line on stdout of everything else. Where nothing was run it lists what is wrong. */
export function errorLine({ report, exitCode, step, runId, fields }: Failure): string {
  const { code, message, fix, problems } = report
  const errors = problems.length > 0 ? problems : [{ code, message, ...(fix === undefined ? {} : { fix }) }]
  const refused = exitCode === EXIT.usage ? { code, errors } : {}
  return line({ status: 'error', reason: message, exit_code: exitCode, step, run_id: runId, ...refused, ...fields })
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
