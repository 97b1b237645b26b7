import { readFileSync } from 'node:fs'
import { getBuiltinModule, platform } from 'node:process'

/**
 * When a process started, in a form that tells it from any later process of the same pid on this boot: clock ticks since
 * boot (`/proc/PID/stat`, field 22) on Linux, the start date of `ps` elsewhere. Undefined when there is no such process;
 * one that has ended and waits to be reaped counts as gone.
 */
export function processStartTime(pid: number): string | undefined {
  return processState(pid)?.startTime
}

export interface ProcessState {
  startTime: string
  /** It was stopped (SIGSTOP, a debugger) and does nothing. */
  stopped: boolean
}

export function processState(pid: number): ProcessState | undefined {
  return platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): ProcessState | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stateOf(fields[0], fields[19])
}

function fromPs(pid: number): ProcessState | undefined {
  try {
    const { execFileSync } = getBuiltinModule('node:child_process')
    const [state, ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/)
    return stateOf(state, start.join(' '))
  } catch {
    return undefined
  }
}

function stateOf(letters: string | undefined, startTime: string | undefined): ProcessState | undefined {
  if (!letters || startTime === undefined || /^[ZX]/.test(letters)) return undefined
  return { startTime, stopped: /^[Tt]/.test(letters) }
}
