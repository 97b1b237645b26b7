import { readdirSync, readFileSync } from 'node:fs'
import { getBuiltinModule, kill, platform } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { processStartTime } from '../leases/process-start-time.ts'

const POLL_MS = 10
/** How long a group is waited for that SIGKILL should have ended. */
const LAST_MS = 1000

/** Sends a signal to a process group; 0 only asks. Returns whether there was a group to take it. */
export function signalGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  // To the system, -0 is the group of this very process, and -1 everybody.
  if (pgid <= 1) return false
  try {
    return kill(-pgid, signal)
  } catch {
    return false
  }
}

/** Whether a process of the group still runs. Zombies that nobody reaps do not count (Linux). */
export function groupLives(pgid: number): boolean {
  if (!signalGroup(pgid, 0)) return false
  return platform !== 'linux' || members(pgid).length > 0
}

/**
 * Ends a process group that somebody else started: SIGTERM, and SIGKILL `graceMs` later. Does so only if its leader is
 * the process that started at `startTime` (as `processStartTime` gives it), or is gone and members of its group are
 * recognisably a step's (Linux). Resolves, when the group is empty, to whether there was anything to end.
 */
export async function endProcessGroup(group: { pid: number; startTime: string }, graceMs: number): Promise<boolean> {
  const { pid, startTime } = group
  if (!isTheGroup(pid, startTime)) return false
  await emptyGroup(pid, graceMs)
  return true
}

/** Ends whatever is left of a process group: SIGTERM, and SIGKILL `graceMs` later. Resolves when it is empty. */
export async function emptyGroup(pgid: number, graceMs: number): Promise<void> {
  if (!signalGroup(pgid, graceMs > 0 ? 'SIGTERM' : 'SIGKILL')) return
  for (let waited = 0; groupLives(pgid) && waited < graceMs + LAST_MS; waited += POLL_MS) {
    if (waited >= graceMs) signalGroup(pgid, 'SIGKILL')
    await wait(POLL_MS)
  }
}

/** The process groups of the children of these processes, other than theirs. */
export function groupsBelow(pids: readonly number[]): number[] {
  if (pids.length === 0) return []
  const { execFileSync } = getBuiltinModule('node:child_process')
  const lines = execFileSync('ps', ['-A', '-o', 'ppid=', '-o', 'pgid='], { encoding: 'utf8' }).trim().split('\n')
  const found = new Set<number>()
  for (const line of lines) {
    const [parent = 0, group = 0] = line.trim().split(/\s+/).map(Number)
    if (pids.includes(parent) && !pids.includes(group)) found.add(group)
  }
  return [...found]
}

/**
 * Ends what was started for attempts of these LORC_IDEMPOTENCY_KEYs, also where it has left their process groups (`setsid`):
 * SIGTERM, and SIGKILL `graceMs` later. Resolves when it is gone. Linux; elsewhere nothing is found.
 */
export async function endStrays(keys: readonly string[], graceMs: number): Promise<void> {
  const marks = new Set(keys.map((key) => `LORC_IDEMPOTENCY_KEY=${key}`))
  let found = groupsOf(marks)
  for (let waited = 0; found.begin && waited < LAST_MS; waited += POLL_MS) {
    await wait(POLL_MS)
    found = groupsOf(marks)
  }
  await Promise.all(found.groups.map((pgid) => emptyGroup(pgid, graceMs)))
}

/**
 * The groups of processes with one of these variables in their environment, never that of this process: code that runs in
 * it may start others there. `begin`: some process is being started and has no environment yet, so that it may be one, too.
 */
function groupsOf(marks: ReadonlySet<string>): { groups: number[]; begin: boolean } {
  const groups = new Set<number>()
  let begin = false
  for (const name of platform === 'linux' ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(name)) continue
    const environment = read(`/proc/${name}/environ`)
    const marked = environment.split('\0').some((variable) => marks.has(variable))
    if (!marked && (environment !== '' || read(`/proc/${name}/cmdline`) !== '')) continue
    const { group, state } = statOf(name)
    if (!isAlive(state)) continue
    if (marked) groups.add(Number(group))
    // Threads of the kernel have neither, either, and are in no group.
    else if (Number(group) > 0) begin = true
  }
  groups.delete(Number(statOf('self').group))
  return { groups: [...groups], begin }
}

function isTheGroup(pid: number, startTime: string): boolean {
  if (pid <= 1 || !groupLives(pid)) return false
  const current = processStartTime(pid)
  if (current !== undefined) return current === startTime
  // The leader is gone. A pid is not given out again while it names a group, but a later group may be left over as well.
  return platform === 'linux' && members(pid).some(isStep)
}

function members(pgid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const { state, group } = statOf(String(pid))
      return group === String(pgid) && isAlive(state)
    })
}

function statOf(pid: string): { state: string; group: string } {
  const stat = read(`/proc/${pid}/stat`)
  const [state = 'X', , group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state, group }
}

function isAlive(state: string): boolean {
  return state !== 'Z' && state !== 'X'
}

function isStep(pid: number): boolean {
  return /(?:^|\0)LORC_IDEMPOTENCY_KEY=/.test(read(`/proc/${pid}/environ`))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
