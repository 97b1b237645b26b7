import { EventError } from './errors.ts'

/** Files and datasets are named after it. Throws EVENTS_OPTION_INVALID. */
export function checkNamespace(namespace: string): void {
  if (/^[a-z0-9_]{1,64}$/.test(namespace)) return
  throw new EventError('EVENTS_OPTION_INVALID', `The namespace ${JSON.stringify(namespace)} is not a name.`, {
    fix: 'Use lower case letters, digits and _, at most 64 of them.',
  })
}
