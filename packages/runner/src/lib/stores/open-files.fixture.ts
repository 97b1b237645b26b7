import { readdirSync, readlinkSync } from 'node:fs'

/** Files below a folder that this process has open. Of Linux alone. */
export function openBelow(folder: string): string[] {
  const names = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return names.filter((name) => name.startsWith(folder))
}
