import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { RunResult } from '../../src/lib/api.ts'
import type { JournalEvent, StepStatus } from '../../src/lib/events.ts'
import { RunFold } from '../../src/lib/run-state/run-fold.ts'
import { loadRun } from '../../src/lib/run-state/run-reader.ts'
import { isItem, ownOf, phaseOf, type Facts, type Status } from './facts.ts'
import { factsOf } from './model.ts'
import { comesToWaitFor } from './plans.ts'
import { holds, search, UNHURRIED } from './property.ts'
import { runnerCases } from './runner-cases.ts'
import { keyOf, RunnerWorld, type RunnerCase } from './runner-world.ts'
import type { Flaw } from './troubled-store.ts'

/** Its cases make either flaw of a store show; those of the tests of what has to hold are other ones each time. */
const SEED = 1

let workspace: string
beforeAll(() => void (workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-simulation-')))))
afterAll(() => rmSync(workspace, { recursive: true }))

it('a run lives through crashes, failures and cancels as the model says', UNHURRIED, async () => {
  await holds('a run lives through', runnerCases, (given) => verify(given), 200)
})

it.each<[string, Flaw]>([
  ['answers before it has written', 'unsynced'],
  ['writes for a driver that was replaced', 'unfenced'],
])('and it notices a store that %s', async (_, flaw) => {
  const found = await search(runnerCases, (given) => verify(given, flaw), { numRuns: 400, seed: SEED, endOnFailure: true })
  expect(found).toBeDefined()
})

it('a run that begins at a step takes over what is not to be done again', UNHURRIED, async () => {
  const cases = fc.tuple(runnerCases, fc.nat(9))
  await holds('a run begins at a step', cases, ([given, from]) => verifyFrom({ ...given, cancel: null, pause: null }, from), 75)
})

async function verifyFrom(given: RunnerCase, from: number): Promise<void> {
  const { plan, limits } = given
  const world = new RunnerWorld(given, workspace)
  const source = await world.live()
  const { durable } = world.medium
  durable.length = 0
  world.begun.length = 0
  const first = plan.steps[from % plan.steps.length]!.name
  const process = await world.other()
  const handle = (await process.until(process.runner.start(plan, { resumeFrom: [first], failFast: limits.failFast })))!
  process.decide = (step, decision) => handle.approve(step, decision)
  const result = (await process.until(handle.result))!
  expect(factsOf(plan, durable, limits).ended).toBe(result.status)
  const right = source.steps.filter(({ name, status }) => status === 'completed' && !isItem(name) && phaseOf(ownOf(plan, name)) === 'main')
    .filter(({ name }) => !comesToWaitFor(plan, name, first)).map(({ name }) => name)
  expect(result.steps.filter(({ importedFrom }) => importedFrom === world.runId).map(({ name }) => name)).toEqual(right)
  expect(world.begun.filter((attempt) => right.includes(ownOf(plan, attempt.split('#')[0]!).name))).toEqual([])
  const { context } = await process.runner.view(handle.runId)
  for (const name of right) expect(context.get(keyOf(name))).toEqual(source.context.get(keyOf(name)))
}

async function verify(given: RunnerCase, flaw?: Flaw): Promise<void> {
  const world = new RunnerWorld(given, workspace, flaw)
  const result = await world.live()
  const { durable } = world.medium
  const facts = factsOf(given.plan, durable, given.limits)
  expect(facts.ended).toBe(result.status)
  await expectSameEverywhere(world, given, result, facts)
  expectAttempts(await world.medium.store.attempts({ runId: world.runId }), durable)
  await expectResumable(world, result)
  await expectUndisturbed(given, result)
}

/** The live result, the store's summary and whatever is computed from the journal agree. */
async function expectSameEverywhere(world: RunnerWorld, { plan }: RunnerCase, result: RunResult, facts: Facts): Promise<void> {
  const { store, durable } = world.medium
  const { fold, context } = await loadRun(store, world.runId)
  const again = new RunFold(plan)
  for (const event of durable) again.apply(event)
  expect(again.steps()).toEqual(result.steps)
  expect(fold.steps()).toEqual(result.steps)
  expect(context.toJSON()).toEqual(result.context.toJSON())
  expect(await store.get(world.runId)).toMatchObject({ status: result.status, error: result.error })
  for (const { name, status, blockedBy, attempts } of result.steps) {
    const right = facts.status.get(name)!
    expect({ name, status, blockedBy }).toEqual({ name, status: SHOWN[right] ?? right, blockedBy: facts.blockedBy.get(name) ?? null })
    expect(attempts).toBe(facts.attempts.get(name))
  }
  expect(result.failedStep).toBe(facts.runFailure)
}

const SHOWN: Partial<Record<Status, StepStatus>> = { tolerated: 'failed', passed: 'skipped' }

/** Each attempt that ended is kept exactly once. */
function expectAttempts(kept: readonly { step: string; attempt: number }[], durable: readonly JournalEvent[]): void {
  const ended = durable.filter((event) => event.type === 'step.completed' || event.type === 'step.failed' || event.type === 'step.cancelled')
  expect(kept.map(({ step, attempt }) => `${step}#${attempt}`).sort()).toEqual(ended.map(({ step, attempt }) => `${step}#${attempt}`).sort())
}

/** A completed run is told again, and nothing runs; any other goes on. */
async function expectResumable(world: RunnerWorld, result: RunResult): Promise<void> {
  const other = await world.other()
  const before = world.begun.length
  const handle = (await other.until(other.runner.resume(world.runId)))!
  other.decide = (step, decision) => handle.approve(step, decision)
  const again = (await other.until(handle.result))!
  if (result.status !== 'completed') return
  expect(world.begun).toHaveLength(before)
  expect(again.steps).toEqual(result.steps)
  expect(again.context.toJSON()).toEqual(result.context.toJSON())
}

/**
 * Where everything succeeds, the trouble left no trace in the context, and the same run gives the same journal. But for what handlers
 * of a failure wrote: a run whose time was up, and that crashed in them, is resumed, and may complete.
 */
async function expectUndisturbed(given: RunnerCase, result: RunResult): Promise<void> {
  const undisturbed = { ...given, troubles: [], cancel: null, pause: null }
  const world = new RunnerWorld(undisturbed, workspace)
  const right = await world.live()
  const twin = new RunnerWorld(undisturbed, workspace)
  await elsewhere(() => twin.live())
  expect(twin.medium.durable.map(timeless)).toEqual(world.medium.durable.map(timeless))
  if (given.cancel || result.status !== 'completed' || right.status !== 'completed' || right.steps.some(({ status }) => status === 'failed')) return
  const lasting = given.plan.steps.filter((step) => phaseOf(step) !== 'on_failure')
  for (const { name } of lasting) expect(result.context.get(keyOf(name))).toEqual(right.context.get(keyOf(name)))
}

/** On a machine that is slow, at another time, and lucky in another way: a simulation is to know nothing of that. */
async function elsewhere(live: () => Promise<unknown>): Promise<void> {
  let seconds = 0
  const spies = [
    vi.spyOn(process, 'hrtime').mockImplementation((() => [(seconds += 1), 0]) as never),
    vi.spyOn(performance, 'now').mockImplementation(() => (seconds += 1) * 1000),
    vi.spyOn(Date, 'now').mockImplementation(() => (seconds += 1) * 1000),
    vi.spyOn(Math, 'random').mockImplementation(() => ((seconds += 1) % 7) / 7),
  ]
  try {
    await live()
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

function timeless({ ts: _ts, hash: _hash, prev: _prev, ...event }: JournalEvent): unknown {
  return event.type === 'run.created' ? { ...event, runId: '' } : event
}
