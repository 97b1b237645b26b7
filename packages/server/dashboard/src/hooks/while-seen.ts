/** Calls `look` when the page comes into view; returns how to stop it. */
export function whenSeen(look: () => void): () => void {
  const seen = (): void => {
    if (!document.hidden) look()
  }
  document.addEventListener('visibilitychange', seen)
  return () => document.removeEventListener('visibilitychange', seen)
}

/** Has `work` go on while the page is in view, and begin again when it comes back into view. Returns how to stop it. */
export function whileSeen(work: (signal: AbortSignal) => void): () => void {
  let leaving: AbortController | undefined
  const turn = (): void => {
    leaving?.abort()
    leaving = document.hidden ? undefined : new AbortController()
    if (leaving) work(leaving.signal)
  }
  turn()
  document.addEventListener('visibilitychange', turn)
  return () => {
    document.removeEventListener('visibilitychange', turn)
    leaving?.abort()
  }
}
