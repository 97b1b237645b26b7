import type { Clock } from '../api.ts'
import { isAtWork, isGone, isOfThisMachine } from './driver-identity.ts'
import { RunnerError } from '../errors.ts'
import type { LeaseWatch } from './lease-watch.ts'
import type { DriverIdentity, RunStore } from '../store.ts'
import { unknownRun } from '../unknown-run.ts'

/**
 * Takes the lease of a run: at once when nobody holds it or the holder's process is gone, else after the heartbeat has
 * stood still for `leaseMs` on our own monotonic clock, or has been seen to by `watch`. Returns the new epoch. Throws
 * RUN_UNKNOWN, RUN_HELD, and as `assertOpen` does, which is asked before it waits and before it takes the lease.
 */
export async function acquireLease(store: RunStore, runId: string, self: DriverIdentity, clock: Clock, leaseMs: number, watch?: LeaseWatch, assertOpen = (): void => {}): Promise<number> {
  const first = await store.lease(runId)
  if (!first) throw unknownRun(runId)
  const began = clock.monotonic() - (isOfThisMachine(first.driver, self) ? 0 : (watch?.standsStill(runId, first) ?? 0))
  for (let lease = first; ; ) {
    assertOpen()
    if (!lease.driver || isGone(lease.driver, self) || clock.monotonic() - began >= leaseMs) {
      const epoch = await store.takeLease(runId, lease.epoch, self)
      if (epoch === undefined) throw held(runId, (await store.lease(runId))?.driver, self)
      return epoch
    }
    if (lease.driver.id === self.id || lease.epoch !== first.epoch || lease.heartbeat !== first.heartbeat) throw held(runId, lease.driver, self)
    // The heartbeat's thread starts late, to spare short runs its cost: until then the process itself is the sign of life.
    if (lease.heartbeat === 0 && isAtWork(lease.driver, self)) throw held(runId, lease.driver, self)
    await new Promise<void>((resolve) => clock.sleep(leaseMs / 20, resolve))
    lease = (await store.lease(runId)) ?? first
  }
}

/**
 * Whether somebody drives the run, as far as can be told without waiting. Of a driver on another machine that takes two looks:
 * `watch` has seen its heartbeat stand still for `leaseMs`.
 */
export async function isDriven(store: RunStore, runId: string, self: DriverIdentity, leaseMs: number, watch: LeaseWatch): Promise<boolean> {
  const lease = await store.lease(runId)
  if (lease?.driver == null || isGone(lease.driver, self)) return false
  return isOfThisMachine(lease.driver, self) || watch.standsStill(runId, lease) < leaseMs
}

function held(runId: string, driver: DriverIdentity | null | undefined, self: DriverIdentity): RunnerError {
  const details = driver && { details: { pid: driver.pid } }
  if (driver && isOfThisMachine(driver, self) && driver.pid === self.pid && driver.startTime === self.startTime) {
    return new RunnerError('RUN_HELD', `This process drives run ${runId} already.`, {
      fix: 'Follow it with `events(runId)`, or end it with `cancel(runId, ...)` before it is resumed.',
      ...details,
    })
  }
  const who = driver ? ` (process ${driver.pid})` : ''
  return new RunnerError('RUN_HELD', `Another process${who} drives run ${runId}.`, {
    fix: `Wait for it, or ask it to stop: lorc cancel ${runId}`,
    ...details,
  })
}
