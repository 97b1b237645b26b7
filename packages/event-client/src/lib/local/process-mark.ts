import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { kill, pid, platform } from 'node:process'

/**
 * Tells this process from others, in a form that `isGone` understands: where it runs (boot and pid namespace on Linux, the
 * host's name elsewhere) and its pid. `nonce` tells apart those within one process.
 */
export function processMark(nonce: string): string {
  return `${machine()} ${pid} ${nonce}`
}

/** True only where it is certain: the process was on this machine, and is not there any more. */
export function isGone(mark: string): boolean {
  const [where, id] = mark.split(' ')
  if (where !== machine()) return false
  try {
    kill(Number(id), 0)
    return false
  } catch (error) {
    return (error as { code?: unknown }).code === 'ESRCH'
  }
}

let known: string | undefined

function machine(): string {
  return (known ??= platform === 'linux' ? linuxMachine() : hostname())
}

function linuxMachine(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return `unknown/${Math.random()}`
  }
}
