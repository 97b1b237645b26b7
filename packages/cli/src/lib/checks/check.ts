/** One thing that lorc needs, and whether it is there. */
export interface Check {
  name: string
  status: 'ok' | 'warn' | 'fail'
  message: string
  /** How to get what is missing. */
  fix?: string
}
