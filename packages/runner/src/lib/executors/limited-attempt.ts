import type { Clock } from '../api.ts'
import type { Attempt } from '../executor.ts'
import { stepTimeout } from '../attempts/step-timeout.ts'

/** An attempt whose signal is aborted after `ms`, too, with STEP_TIMEOUT. Stop it when the attempt is over. */
export function limited(attempt: Attempt, ms: number, clock: Clock): { attempt: Attempt; stop(): void } {
  const controller = new AbortController()
  const outer = attempt.signal
  const pass = (): void => controller.abort(outer.reason)
  if (outer.aborted) pass()
  else outer.addEventListener('abort', pass, { once: true })
  const callOff = clock.sleep(ms, () => controller.abort(stepTimeout(ms)))
  return {
    // No copy: what an attempt has is made when it is first asked for.
    attempt: new Proxy(attempt, {
      get(target, name) {
        if (name === 'signal') return controller.signal
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    }),
    stop() {
      callOff()
      outer.removeEventListener('abort', pass)
    },
  }
}
