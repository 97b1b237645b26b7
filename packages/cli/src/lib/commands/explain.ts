import type { CacheEntry } from '@lorc/runner'
import type { CacheVerdict, StepStory } from '@lorc/runner/insight'
import { defineCommand, JSON_OPTION, type Surroundings } from '../command-line/command.ts'
import type { OpenRunner } from '../engine.ts'
import { EXIT } from '../exit-codes.ts'
import { commandLines } from '../explain/command-lines.ts'
import { nextForRun, nextForStep, shortId, type NextCommand } from '../explain/next-commands.ts'
import { runLines } from '../explain/run-lines.ts'
import { stepLines } from '../explain/step-lines.ts'
import { type InspectedRun, inspectRun } from '../lookup/inspect-run.ts'
import { lastLines } from '../log-tail.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { deeplySnakeCased } from '../snake-case.ts'
import { checkRunStep } from '../lookup/step-names.ts'
import { waitingInside } from '../lookup/waiting-within.ts'
import { withRunner } from '../with-runner.ts'

const LOG_LINES = 5
const ENTRIES = 200

export const explain = defineCommand({
  description:
    'Tells the story of a run: what failed first and why, what that blocks, what waits and for whom, where the time ' +
    'went, and the commands that repair it. With STEP: why that step ran, waited, was skipped or blocked, and was or ' +
    'was not taken from the cache.',
  arguments: {
    run: RUN_ARGUMENT,
    step: { label: 'STEP', summary: 'The name of a step, or of an item: `each[3]`', required: false },
  },
  options: JSON_OPTION,
  examples: [
    ['explain last', 'what went wrong in the newest run, and what to do'],
    ['explain last report', 'why the step `report` is as it is'],
    ['explain last load --json', 'which inputs of a cached step changed, for a program'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    const { run, step } = invocation.arguments
    return await withRunner(invocation, async (open) => {
      const inspected = await inspectRun(open, await findRun(open.store, run), io.now())
      const surroundings = { ...invocation, json: options.json }
      const { told, lines } = step === undefined ? await tellRun(open, inspected, surroundings) : await tellStep(open, inspected, step, surroundings)
      io.stdout.write(options.json ? `${JSON.stringify(deeplySnakeCased(told), null, 2)}\n` : `${lines.join('\n')}\n`)
      return EXIT.ok
    })
  },
})

type Asked = Surroundings & { json: boolean }

interface Told {
  told: object
  lines: string[]
}

async function tellRun(open: OpenRunner, { view, timeline }: InspectedRun, { io, out, json }: Asked): Promise<Told> {
  const { storyOfRun } = await import('@lorc/runner/insight')
  const story = storyOfRun(view, timeline)
  const [first] = story.failures
  const log = first === undefined ? [] : await logEnd(open, view.runId, first.step, first.attempts)
  const inside = await waitingInside(open.runner, view)
  const next = nextForRun(view, story, inside, name(view, json), io.now())
  const columns = io.stdout.columns
  const lines = [...runLines({ view, timeline, story, inside, log, now: io.now() }, out, columns), ...commandLines(next, out, columns)]
  const { runId, status, abandoned, paused, cancelling, parent, error } = view
  return { told: { runId, name: view.name, status, abandoned, paused, cancelling, parent, error, ...story, approvalsInside: inside.map(({ runId: run, name: step, approval }) => ({ runId: run, step, approval })), log, next: asJson(next) }, lines }
}

async function tellStep(open: OpenRunner, { view, timeline, events }: InspectedRun, step: string, { io, out, json }: Asked): Promise<Told> {
  checkRunStep(view, step)
  const { storyOfStep } = await import('@lorc/runner/insight')
  const story = storyOfStep(view, timeline, events, step)!
  const cache = await verdict(open, view, story)
  const log = story.status === 'failed' ? await logEnd(open, view.runId, step, story.attempts.at(-1)?.attempt ?? 0) : []
  const next = nextForStep(view, story, name(view, json))
  const lines = [...stepLines({ view, timeline, story, cache, log }, out), ...commandLines(next, out, io.stdout.columns)]
  return { told: { runId: view.runId, ...story, cache, log, next: asJson(next) }, lines }
}

/** How commands name the run: to be typed, or to be sure. */
function name({ runId }: InspectedRun['view'], json: boolean): string {
  return json ? runId : shortId(runId)
}

async function verdict({ store }: OpenRunner, { runId, name: planName, plan }: InspectedRun['view'], story: StepStory): Promise<CacheVerdict> {
  const { cacheVerdict } = await import('@lorc/runner/insight')
  const step = plan.steps[story.line.index]!
  const entries: CacheEntry[] = step.cache === undefined ? [] : await store.cacheEntries(planName, story.step, ENTRIES)
  return cacheVerdict(step, { runId, key: story.cacheKey, ranAt: story.line.endedAt }, entries)
}

async function logEnd({ runner }: OpenRunner, runId: string, step: string, attempt: number): Promise<string[]> {
  return attempt === 0 ? [] : await lastLines(await runner.logPath(runId, step, attempt), LOG_LINES)
}

function asJson(commands: readonly NextCommand[]): object[] {
  return commands.map(([command, does]) => ({ command, does }))
}
