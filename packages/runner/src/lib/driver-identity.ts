import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { pid, platform } from 'node:process'
import { processStartTime } from './process-start-time.ts'
import type { DriverIdentity } from './store.ts'

/** A new driver in this process. On Linux it costs two reads of /proc. */
export function driverIdentity(): DriverIdentity {
  return { id: randomUUID(), pid, startTime: processStartTime(pid) ?? '', machine: machine() }
}

/** True only where it is certain: the driver was on this machine, and its process is not there any more. */
export function isGone(driver: DriverIdentity, self: DriverIdentity): boolean {
  if (driver.machine !== self.machine) return false
  return processStartTime(driver.pid) !== driver.startTime
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
    return `${hostname()} ${execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim()}`
  } catch {
    return `unknown ${randomUUID()}`
  }
}
