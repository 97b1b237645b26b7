import { hostname, userInfo } from 'node:os'

/** `--by NAME`, for the commands that record who did something. */
export const BY_OPTION = {
  by: { kind: 'text', label: 'NAME', summary: 'Who: it is recorded. Default: user@host' },
} as const

/** Who uses this terminal: `user@host`. */
export function whoever(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    // A user id without an entry in the system's list of users, as containers have.
    return `someone@${hostname()}`
  }
}
