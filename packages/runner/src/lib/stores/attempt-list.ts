import type { AttemptRecord } from '../store.ts'

type Fields = [
  step: string,
  attempt: number,
  status: AttemptRecord['status'],
  startedAt: number,
  endedAt: number,
  errorCode: string | null,
  wallMs?: number,
  cpuUserMs?: number | null,
  cpuSystemMs?: number | null,
  peakRssBytes?: number | null,
  exitCode?: number | null,
]

/** Attempts of one run as one JSON text: a row of its own for each would cost more than the run's journal. */
export function packAttempts(attempts: readonly AttemptRecord[]): string {
  const fields = attempts.map(({ step, attempt, status, startedAt, endedAt, errorCode, metrics }): Fields => {
    const facts: Fields = [step, attempt, status, startedAt, endedAt, errorCode]
    if (metrics === null) return facts
    const { wallMs, cpuUserMs, cpuSystemMs, peakRssBytes, exitCode } = metrics
    facts.push(wallMs, cpuUserMs, cpuSystemMs, peakRssBytes, exitCode)
    return facts
  })
  return JSON.stringify(fields)
}

/** The attempts of a run in a list that packAttempts made; only those of `step` where one is named. */
export function unpackAttempts(list: string, runId: string, name: string, only?: string): AttemptRecord[] {
  const fields = JSON.parse(list) as Fields[]
  const wanted = only === undefined ? fields : fields.filter(([step]) => step === only)
  return wanted.map(([step, attempt, status, startedAt, endedAt, errorCode, wallMs, ...rest]) => {
    const [cpuUserMs = null, cpuSystemMs = null, peakRssBytes = null, exitCode = null] = rest
    const metrics = wallMs === undefined ? null : { wallMs, cpuUserMs, cpuSystemMs, peakRssBytes, exitCode }
    return { runId, name, step, attempt, status, startedAt, endedAt, metrics, errorCode }
  })
}
