/**
 * Calls `connect` once the page is in view, with a signal that is aborted with `signal`, or when the page is out of view: a
 * browser has six connections to a service for all its pages, and none would be left for the one that is looked at.
 */
export async function whileInView<T>(signal: AbortSignal, connect: (signal: AbortSignal) => Promise<T>): Promise<T> {
  await inView(signal)
  const leaving = new AbortController()
  const turn = (): void => {
    if (document.hidden) leaving.abort()
  }
  turn()
  document.addEventListener('visibilitychange', turn)
  try {
    return await connect(AbortSignal.any([signal, leaving.signal]))
  } finally {
    document.removeEventListener('visibilitychange', turn)
  }
}

async function inView(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const turn = (): void => {
        document.removeEventListener('visibilitychange', turn)
        signal.removeEventListener('abort', turn)
        resolve()
      }
      document.addEventListener('visibilitychange', turn)
      signal.addEventListener('abort', turn)
    })
  }
}
