import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { getBuiltinModule, kill, pid, platform } from 'node:process'
import { processStartTime, processState } from './process-start-time.ts'
import type { DriverIdentity } from '../store.ts'

let made = 0

/** A new driver in this process. On Linux it costs two reads of /proc. */
export function driverIdentity(): DriverIdentity {
  const entropy = Math.random().toString(36).slice(2, 10)
  return { id: `${pid}-${(made++).toString(36)}-${Date.now().toString(36)}-${entropy}`, pid, startTime: processStartTime(pid) ?? '', machine: machine() }
}

/** Whether its pid means something here. */
export function isOfThisMachine(driver: DriverIdentity | null, self: DriverIdentity): boolean {
  return driver?.machine === self.machine
}

/** True only where it is certain: the driver was on this machine, and its process is not there any more. */
export function isGone(driver: DriverIdentity, self: DriverIdentity): boolean {
  if (!isOfThisMachine(driver, self)) return false
  const startTime = processStartTime(driver.pid)
  return startTime === undefined ? !isHidden(driver.pid) : startTime !== driver.startTime
}

/** A process of another user, which /proc may be told not to show. */
function isHidden(pid: number): boolean {
  try {
    kill(pid, 0)
    return false
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

/** True only where it is certain: the driver is on this machine, and its process is there and not stopped. */
export function isAtWork(driver: DriverIdentity, self: DriverIdentity): boolean {
  if (!isOfThisMachine(driver, self)) return false
  const state = processState(driver.pid)
  return state?.startTime === driver.startTime && !state.stopped
}

let known: string | undefined

/** Boot and pid namespace. */
function machine(): string {
  return (known ??= platform === 'linux' ? linuxMachine() : otherMachine())
}

function linuxMachine(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return `unknown ${randomUUID()}`
  }
}

function otherMachine(): string {
  try {
    const { execFileSync } = getBuiltinModule('node:child_process')
    return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim()
  } catch {
    return `unknown ${randomUUID()}`
  }
}
