import { describe, expect, it } from 'vitest'
import { Scheduler } from '../../src/lib/scheduler/scheduler.ts'
import { mutantScheduler } from './mutants.ts'
import { search, type Counterexample } from './property.ts'
import { schedulerCases } from './scheduler-cases.ts'
import { simulateScheduler, type MakeScheduler } from './scheduler-world.ts'

/**
 * Of hunts, each always through the same cases: one of them finds each mutant. When a change to the cases lets one
 * escape, take seeds that find all again.
 */
const SEEDS = [25, 1, 74, 2]
const RUNS = 1200

describe('the simulation notices a scheduler', () => {
  it.each([
    ['that forgets its concurrency', 'if (this.running.size + this.#reserved >= this.#concurrency) return undefined', ''],
    ['that gives up one slot', 'this.#reserved >= this.#concurrency', 'this.#reserved >= Math.max(1, this.#concurrency - 1)'],
    ['that ignores dependencies', 'atBarrier[i] ? 1 : needs[i]!', 'atBarrier[i] ? 1 : 0'],
    ['that ignores barriers', 'atBarrier[i] ? 1 : needs[i]!', 'atBarrier[i] ? 0 : needs[i]!'],
    ['that opens a barrier early', 'while (this.#openStage < end && this.#left[this.#openStage] === 0)', 'while (this.#openStage < end && this.#left[this.#openStage]! <= 1)'],
    ['that never opens barriers', '    this.#left[this.#graph.stage[step]!]!--\n    this.#openStages()\n', '    this.#left[this.#graph.stage[step]!]!--\n'],
    ['that releases no dependents', '    this.#countDown(this.#graph.dependents, step)\n', ''],
    ['that releases dependents of a failed step', 'if (isSatisfied(status)) this.#waits.release(step)', 'if (isSatisfied(status) || status === FAILED) this.#waits.release(step)'],
    ['that does not tolerate', 'if (isSatisfied(status)) this.#waits.release(step)', 'if (isSatisfied(status) && status !== TOLERATED) this.#waits.release(step)'],
    ['that does not block at barriers', 'if (this.#lowestBlocked > stage[step]!) {', 'if (this.#lowestBlocked < 0) {'],
    ['that blocks its own stage', 'const from = stage[step]! + 1', 'const from = stage[step]!'],
    ['that blocks one barrier less', 'Math.min(this.#lowestBlocked, this.#course.phase.to - 1)', 'Math.min(this.#lowestBlocked, this.#course.phase.to - 1) - 1'],
    ['that blocks no dependents', 'for (const dependent of targetsOf(dependents, step)) reach(dependent)', ''],
    ['that blocks in the wrong name', 'this.#toBlock.push({ by: step, steps })', 'this.#toBlock.push({ by: 0, steps })'],
    ['that forgets the retry', 'return this.#onDue(this.#at(event.step), DELAYED)', 'return'],
    ['that does not wait for the retry', '      this.#steps.status[step] = DELAYED\n', '      this.#starts.enqueue(step)\n'],
    ['that leaves ready steps behind', 'return status === READY || status === DELAYED', 'return status === DELAYED'],
    ['that leaves delayed steps behind', 'return status === READY || status === DELAYED', 'return status === READY'],
    ['that does not fail fast', 'if (this.#failFast) for', 'if (this.#failFast && this.#course.over) for'],
    ['that always fails fast', 'if (this.#failFast) for', 'for'],
    ['that asks twice', '    this.#steps.endAsked[step] = 1\n', ''],
    ['that does not cancel', '    this.cancelled = true\n', ''],
    ['that goes on after a failure', 'return this.cancelled || this.failed >= 0', 'return this.cancelled'],
    ['that ends with steps in flight', 'if (this.stopping) return this.running.size > 0 ? undefined : this.#windUp()', 'if (this.stopping) return this.#windUp()'],
    ['that says failed for cancelled', "(this.#limited ? 'failed' : 'cancelled')", "'failed'"],
    ['that runs completed steps again', 'return status >= COMPLETED && status <= TOLERATED', 'return status > COMPLETED && status <= TOLERATED'],
    ['that does not open again what failed', 'return status >= COMPLETED && status <= TOLERATED', 'return status >= COMPLETED && status <= FAILED'],
    ['that remembers old failures', 'this.forgiven[i] = attempts[i]!', ''],
    ['that resumes cancelled', '    this.failed = -1\n    this.#runFailed = -1\n    this.cancelled = false\n', '    this.failed = -1\n    this.#runFailed = -1\n'],
    ['that numbers attempts wrongly', "do: 'start', step, attempt: this.#steps.attempts[step]! + 1", "do: 'start', step, attempt: this.#steps.attempts[step]!"],
    ['that decides on nothing before it starts', 'if ((this.#graph.needing[step]! & NEEDS_GATE) === 0) return this.enqueue(step)', 'return this.enqueue(step)'],
    ['that takes a slot for a decision', "if (gated >= 0) return { do: 'prepare', step: gated }", "if (gated >= 0 && this.running.size < this.#concurrency) return { do: 'prepare', step: gated }"],
    ['that forgets what was decided', 'return this.#onDue(this.#at(event.step), GATED)', 'return'],
    ['that ignores max_parallel', 'return this.underWay < this.most && !this.ready.isEmpty', 'return !this.ready.isEmpty'],
    ['that gives no place of an item back', '      this.running.delete(step)\n      this.#use(step, -1)\n', '      this.running.delete(step)\n'],
    ['that stops for an item', 'if (this.#failFast && !tolerated) this.#stopFor(own, step)', 'if (!tolerated) this.#stopFor(own, step)'],
    ['that does not fail fast for an item', 'if (this.#failFast && !tolerated) this.#stopFor(own, step)', ''],
    ['that does not gather', 'if (--expansion.left === 0) this.#toGather.push(expansion.step)', '--expansion.left'],
    ['that gathers too early', 'if (--expansion.left === 0) this.#toGather', 'if (--expansion.left <= 1) this.#toGather'],
    ['that gathers what was cancelled', '(left === 0 && cancelled === 0)', 'left === 0'],
    ['that cancels a step whose items failed', 'if (failed > 0 || (left', 'if ((left'],
    ['that forgets that there are no items', '    if (expansion.left === 0) this.#toGather.push(step)\n    else this.#offer(expansion)', '    this.#offer(expansion)'],
    ['that gives a resumed step its items anew', 'if (!block) return this.#starts.ripen(step)', 'if (this.graph.size > 0) return this.#starts.ripen(step)'],
    ['that keeps the items of a reset step', 'if (!names.isItem(step) && !kept.has(step)) names.forget(step)', ''],
    ['that forgets the items of a step that keeps them', '&& !kept.has(step)) names.forget(step)', ') names.forget(step)'],
    ['that asks again for what was asked for', 'if (before !== ASKED) status[i]', 'if (before >= 0) status[i]'],
    ['that does not ask the group', "return this.#graph.needing[first]! & GROUPED ? { do: 'acquire', step } : this.#start(step)", 'return this.#start(step)'],
    ['that keeps no slot while the group is asked', '    this.#reserved++\n', ''],
    ['that keeps the slot that the group refused', '      this.#reserved--\n', ''],
    ['that asks the group once', 'return this.#onDue(this.#at(event.step), HELD)', 'return'],
    ['that starts nothing that was granted', 'if (granted !== undefined) return this.#start(granted)', ''],
    ['that goes on in a pause', 'return this.#paused ? undefined : this.#starts.next()', 'return this.#starts.next()'],
    ['that stays paused', "this.#paused = event.type === 'run.paused'", 'this.#paused = true'],
    ['that ignores priorities', 'priority[b]! - priority[a]! || ', ''],
    ['that runs phases together', '(atBarrier[i] ? 1 : needs[i]!) + (phase[i]! > 0 ? 1 : 0)', 'atBarrier[i] ? 1 : needs[i]!'],
    ['that leaves out no phase', "if (name === 'main' || name === APPLIES[this.#main!]) return undefined", 'if (name) return undefined'],
    ['that runs always steps of a killed run', "return this.#killed ? 'the run was killed' : undefined", 'return undefined'],
    ['that opens no barrier of a later phase', '    this.#countDown(this.#graph.barrier, phase.from)\n', ''],
    ['that lets a failure of an end pass', "this.failed >= 0 ? 'failed' : 'completed'", "this.failed >= 0 && this.#at === 0 ? 'failed' : 'completed'"],
    ['that blames a later failure', "if (outcome === 'failed' && !this.cancelled) this.#runFailed = this.failed", 'this.#runFailed = this.failed'],
    ['that takes a time limit for a cancel', 'if (!this.cancelled) this.#limited = limited', ''],
    ['that stops a phase for the one before', '    this.#at++\n    this.#passing = this.#inapplicable(this.phase)\n    this.failed = -1\n', '    this.#at++\n    this.#passing = this.#inapplicable(this.phase)\n'],
    ['that blocks in the phase to come', '    this.#lowestBlocked = Number.MAX_SAFE_INTEGER\n    this.#openStage = phase.from', '    this.#openStage = phase.from'],
    ['that resets nothing that came too early', '(phase[i]! > at && status[i] !== SKIPPED && isDone)', 'false'],
    ['that resets what was skipped on purpose', 'status[i] !== SKIPPED && isDone', 'isDone'],
    ['that leaves out for good what was left out once', 'if (this.#isLeftOut(i) || (phase', 'if ((phase'],
    ['that keeps what came after what was left out', 'at = Math.min(at, phase[i]!)', 'at = this.#course.at'],
  ])('%s', async (_, piece, instead) => {
    const Mutant = await mutantScheduler(piece, instead)
    expect(await hunt((plan, options) => new Mutant(plan, options))).toBeDefined()
  })

  it('but not one that only decorates', async () => {
    class Decorated extends Scheduler {}
    expect(await hunt((plan, options) => new Decorated(plan, options), 100)).toBeUndefined()
  })
})

async function hunt(make: MakeScheduler, runs = RUNS): Promise<Counterexample | undefined> {
  for (const seed of SEEDS) {
    const found = await search(schedulerCases, (given) => void simulateScheduler(given, make), { numRuns: runs, seed, endOnFailure: true })
    if (found) return found
  }
  return undefined
}
