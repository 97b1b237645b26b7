import { constants } from 'node:os'

/** `SIGKILL` for 9; `signal 99` for a number that this system has no name for. */
export function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return found?.[0] ?? `signal ${number}`
}
