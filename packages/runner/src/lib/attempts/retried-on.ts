import type { RecordedError } from '../events.ts'

/** Whether `retry.on` names an error: by its code, the one of what was thrown, its exit code, or the status of an answer or its class. */
export function isRetriedOn(on: readonly (string | number)[], { code, exitCode, details }: RecordedError): boolean {
  const status = code === 'HTTP_STATUS' ? details?.['status'] : undefined
  const names = [code, details?.['code'], exitCode, status, typeof status === 'number' ? `${String(status)[0]}xx` : undefined]
  return on.some((name) => names.includes(name))
}
