/** Calls `look` when the page comes into view, and every `everyMs` while it is; returns how to stop it. */
export function whileSeen(look: () => void, everyMs?: number): () => void {
  const seen = (): void => {
    if (!document.hidden) look()
  }
  const timer = everyMs === undefined ? undefined : setInterval(seen, everyMs)
  document.addEventListener('visibilitychange', seen)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', seen)
  }
}
