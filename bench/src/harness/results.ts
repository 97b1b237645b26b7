/** `bench/results.json`. */
export interface Results {
  /** ISO 8601, UTC. */
  date: string
  machine: Machine
  workloads: WorkloadResult[]
}

export interface Machine {
  cpu: string
  cores: number
  memoryGiB: number
  os: string
  node: string
  /** One-minute load average when the run began. */
  load: number
}

export interface WorkloadResult {
  name: string
  title: string
  shows: 'ms' | 'ms each' | 'per second' | 'bytes each' | 'times'
  against: string
  notes: readonly string[]
  cases: CaseResult[]
}

export interface CaseResult {
  name: string
  size: number
  entries: EntryResult[]
  targets: { says: string; reached: string; met: boolean | null }[]
}

export interface EntryResult {
  name: string
  version: string | null
  settings: string | null
  /** Milliseconds (bytes, or how often, where the workload shows that) for each unit of size, one for each repetition. */
  each: number[]
  /** Why there is none. */
  missing: string | null
}
