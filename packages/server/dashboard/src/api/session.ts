const KEY = 'lorc-key'
const listeners = new Set<() => void>()
let key = sessionStorage.getItem(KEY)
let asked = false

/** The API key of this tab. It is gone with the tab, and is never put into an address. */
export const session = {
  key: (): string | null => key,
  /** Whether the service has asked for a key, or for another one. */
  asked: (): boolean => asked,
  ask(): void {
    asked = true
    tell()
  },
  /** The person would rather not say. */
  dismiss(): void {
    asked = false
    tell()
  },
  enter(entered: string): void {
    key = entered
    asked = false
    sessionStorage.setItem(KEY, entered)
    tell()
  },
  forget(): void {
    key = null
    sessionStorage.removeItem(KEY)
    tell()
  },
  listen(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

function tell(): void {
  for (const listener of listeners) listener()
}
