/** What a supervisor is told, one JSON object a line. `python/lorc_supervisor.py` says what each means. */
export type SupervisorCommand =
  | {
      op: 'spawn'
      id: number
      argv: readonly string[]
      env: Readonly<Record<string, string>>
      cwd: string
      log: string
      grace: number
      cap: number
    }
  | { op: 'kill'; id: number; signal: number }
  | { op: 'watch'; pid: number }
  | { op: 'unwatch'; pid: number }

/** What a supervisor reports, one JSON object a line. Times are milliseconds; null: it cannot tell. */
export type SupervisorEvent =
  | { ev: 'ready' }
  | { ev: 'spawned'; id: number; pid: number; start: string | null }
  | { ev: 'refused'; id: number; errno: number | null; message: string }
  | {
      ev: 'exited'
      id: number
      code: number | null
      signal: number | null
      user: number | null
      sys: number | null
      rss: number | null
      /** The first bytes of standard output, base64. */
      out: string
      /** All that was written to standard output. */
      bytes: number
      /** Whether standard output went to the log. */
      logged: boolean
    }
