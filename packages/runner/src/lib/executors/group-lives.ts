import { readdirSync, readFileSync } from 'node:fs'
import { kill } from 'node:process'

/**
 * Whether a process of the group still runs. One that has ended and only waits to be reaped does not: kill(2) still
 * finds it on Linux, for as long as the parent that inherited it takes; `proc` (`/proc`) tells the two apart.
 */
export function groupLives(pgid: number, proc = '/proc'): boolean {
  try {
    kill(-pgid, 0)
  } catch {
    return false
  }
  let pids: string[]
  try {
    pids = readdirSync(proc).filter((name) => /^\d+$/.test(name))
  } catch {
    return true
  }
  // Not a Linux, or /proc does not show other processes: kill's word stands.
  if (!pids.some((pid) => statOf(proc, pid) !== undefined)) return true
  return pids.some((pid) => {
    const stat = statOf(proc, pid)
    return stat?.group === pgid && !/[ZX]/.test(stat.state)
  })
}

/** Fields 3 and 5 of proc_pid_stat(5). */
function statOf(proc: string, pid: string): { state: string; group: number } | undefined {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'latin1')
    const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, group: Number(group) }
  } catch {
    return undefined
  }
}
