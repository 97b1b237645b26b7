import type { RunView } from '@lorc/runner'

type Ended = Pick<RunView, 'status' | 'error'> & Partial<Pick<RunView, 'abandoned' | 'paused'>>

/** Whether `lorc resume` could bring the run any further: not one that goes on, is done, paused, or over its deadline. */
export function isResumable({ status, error, abandoned = false, paused = null }: Ended): boolean {
  if (error?.code === 'RUN_DEADLINE') return false
  return paused === null && (abandoned || status === 'failed' || status === 'cancelled')
}
