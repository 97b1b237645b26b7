import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { pid as own, platform } from 'node:process'

export interface FoundProcess {
  pid: number
  /** Its command line, words separated by blanks. */
  line: string
}

/** Processes whose environment names this folder as HOME, as that of all of a run's processes does. */
export function processesOf(folder: string): FoundProcess[] {
  return platform === 'linux' ? fromProc(folder) : fromPs(folder)
}

/** Whether a process was stopped (SIGSTOP). */
export function isStopped(pid: number): boolean {
  return /^[Tt]/.test(execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim())
}

function fromProc(folder: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== own)
    .filter((name) => read(`/proc/${name}/environ`).includes(`HOME=${folder}\0`))
    .map((name) => ({ pid: Number(name), line: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ') }))
    .filter(({ line }) => line !== '')
}

function fromPs(folder: string): FoundProcess[] {
  return execFileSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`HOME=${folder} `))
    .map((line) => ({ pid: Number.parseInt(line, 10), line }))
    .filter(({ pid }) => pid !== own)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
