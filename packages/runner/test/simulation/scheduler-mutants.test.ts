import { describe, expect, it } from 'vitest'
import { Scheduler } from '../../src/lib/scheduler.ts'
import { mutantScheduler } from './mutants.ts'
import { search } from './property.ts'
import { schedulerCases } from './scheduler-cases.ts'
import { simulateScheduler } from './scheduler-world.ts'

const RUNS = 3000

describe('the simulation notices a scheduler', () => {
  it.each([
    ['that forgets its concurrency', 'if (this.#running.size + this.#reserved >= this.#concurrency) return undefined', ''],
    ['that gives up one slot', 'this.#reserved >= this.#concurrency', 'this.#reserved >= Math.max(1, this.#concurrency - 1)'],
    ['that ignores dependencies', 'atBarrier[i] ? 1 : needs[i]!', 'atBarrier[i] ? 1 : 0'],
    ['that ignores barriers', 'atBarrier[i] ? 1 : needs[i]!', 'atBarrier[i] ? 0 : needs[i]!'],
    ['that opens a barrier early', 'while (this.#openStage < end && this.#left[this.#openStage] === 0)', 'while (this.#openStage < end && this.#left[this.#openStage]! <= 1)'],
    ['that never opens barriers', '    this.#left[this.graph.stage[step]!]!--\n    this.#openStages()\n', '    this.#left[this.graph.stage[step]!]!--\n'],
    ['that releases no dependents', '    this.#countDown(this.graph.dependents, step)\n', ''],
    ['that releases dependents of a failed step', 'if (isSatisfied(status)) this.#release(step)', 'if (isSatisfied(status) || status === FAILED) this.#release(step)'],
    ['that does not tolerate', 'if (isSatisfied(status)) this.#release(step)', 'if (isSatisfied(status) && status !== TOLERATED) this.#release(step)'],
    ['that does not block at barriers', 'if (this.#lowestBlocked > this.graph.stage[step]!) {', 'if (this.#lowestBlocked < 0) {'],
    ['that blocks its own stage', 'const from = this.graph.stage[step]! + 1', 'const from = this.graph.stage[step]!'],
    ['that blocks one barrier less', 'Math.min(this.#lowestBlocked, this.#course.phase.to - 1)', 'Math.min(this.#lowestBlocked, this.#course.phase.to - 1) - 1'],
    ['that blocks no dependents', 'for (const dependent of targetsOf(this.graph.dependents, step)) reach(dependent)', ''],
    ['that blocks in the wrong name', 'this.#toBlock.push({ by: step, steps })', 'this.#toBlock.push({ by: 0, steps })'],
    ['that forgets the retry', 'return this.#onDue(this.#at(event.step), DELAYED)', 'return'],
    ['that does not wait for the retry', '      this.#status[step] = DELAYED\n', '      this.#enqueue(step)\n'],
    ['that leaves ready steps behind', 'return status === READY || status === DELAYED', 'return status === DELAYED'],
    ['that leaves delayed steps behind', 'return status === READY || status === DELAYED', 'return status === READY'],
    ['that does not fail fast', 'if (this.#failFast) for', 'if (this.#failFast && this.#course.over) for'],
    ['that always fails fast', 'if (this.#failFast) for', 'for'],
    ['that asks twice', '    this.#endAsked[step] = 1\n', ''],
    ['that does not cancel', '    this.cancelled = true\n', ''],
    ['that goes on after a failure', 'return this.cancelled || this.failed >= 0', 'return this.cancelled'],
    ['that ends with steps in flight', 'if (this.stopping) return this.#running.size > 0 ? undefined : this.#windUp()', 'if (this.stopping) return this.#windUp()'],
    ['that says failed for cancelled', "(this.#limited ? 'failed' : 'cancelled')", "'failed'"],
    ['that runs completed steps again', 'return status >= COMPLETED && status <= TOLERATED', 'return status > COMPLETED && status <= TOLERATED'],
    ['that does not open again what failed', 'return status >= COMPLETED && status <= TOLERATED', 'return status >= COMPLETED && status <= FAILED'],
    ['that remembers old failures', 'this.#forgiven[i] = this.#attempts[i]!', ''],
    ['that resumes cancelled', '    this.failed = -1\n    this.#runFailed = -1\n    this.cancelled = false\n', '    this.failed = -1\n    this.#runFailed = -1\n'],
    ['that forgets what a resume may block', '    this.#lowestBlocked = Number.MAX_SAFE_INTEGER\n    this.#left.fill(0)', '    this.#left.fill(0)'],
    ['that numbers attempts wrongly', "do: 'start', step, attempt: this.#attempts[step]! + 1", "do: 'start', step, attempt: this.#attempts[step]!"],
  ])('%s', { timeout: 120_000 }, async (_, piece, instead) => {
    const Mutant = await mutantScheduler(piece, instead)
    const found = await search(schedulerCases, (given) => void simulateScheduler(given, (plan, options) => new Mutant(plan, options)), RUNS, { endOnFailure: true })
    expect(found).toBeDefined()
  })

  it('but not one that only decorates', async () => {
    class Decorated extends Scheduler {}
    expect(await search(schedulerCases, (given) => void simulateScheduler(given, (plan, options) => new Decorated(plan, options)), 200)).toBeUndefined()
  })
})
