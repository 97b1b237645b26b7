import { readFileSync, writeFileSync } from 'node:fs'

/** The files of Linux's proc(5) for this process, and what getrusage(2) says. */
export interface MemorySources {
  /** `/proc/self`, or a stand-in. */
  proc: string
  /** Peak of the whole process so far, in bytes. */
  maxRss: () => number
}

/**
 * Begins to measure this process's peak resident memory; the result gives the peak since, in bytes. Where the kernel
 * cannot start over (it is not Linux, or /proc is read-only) that is the peak since the process began: an upper bound.
 */
export function measurePeakRss({ proc, maxRss }: MemorySources): () => number {
  try {
    // 5 resets the high water mark: proc_pid_clear_refs(5).
    writeFileSync(`${proc}/clear_refs`, '5')
  } catch {
    return maxRss
  }
  return () => {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? maxRss() : Number(kilobytes) * 1024
  }
}
