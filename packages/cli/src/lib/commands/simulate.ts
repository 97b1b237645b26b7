import { availableParallelism } from 'node:os'
import { pastDurations, type PastDuration, type Plan } from '@lorc/runner'
import type { KnownItems, Simulation } from '@lorc/runner/insight'
import { closest } from '../closest.ts'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { readDurations } from '../durations-file.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { count } from '../render/quantity.ts'
import { simulationText } from '../render/simulation-text.ts'
import { deeplySnakeCased } from '../snake-case.ts'
import { withRunner } from '../with-runner.ts'

type Known = Pick<PastDuration, 'medianMs' | 'items'>

const MOST_ITEMS = 100_000

/** Names of a list that are shown. */
const SHOWN = 5

export const simulate = defineCommand({
  description:
    'Predicts how long a run takes on N slots (steps at once), what it is held up by, and what one slot more would save. ' +
    'The scheduler itself goes through the recipe, with the durations of past runs or those of a file; nothing is run. A ' +
    '`for_each` step has as many items as it had, or as the recipe lists; steps wait for their concurrency groups.',
  arguments: { file: { label: 'FILE', summary: 'The recipe', required: true } },
  options: {
    slots: {
      kind: 'integer',
      label: 'N',
      short: 'j',
      min: 1,
      summary: "Steps at once. Default: the recipe's, else the configuration's, else the number of cores",
    },
    durations: {
      kind: 'text',
      label: 'FILE',
      summary: 'Seconds of each step, JSON {"load": 12.5} or CSV load,12.5. Default: the medians of the last 20 runs',
    },
    items: { kind: 'repeated', label: 'STEP=N', summary: 'Items of a `for_each` step; may be repeated. Default: as in past runs, with --durations as the recipe lists them; else it counts as one' },
    ...JSON_OPTION,
  },
  examples: [
    ['simulate recipes/daily.yaml', 'how long the next run will take'],
    ['simulate recipes/daily.yaml --slots 8', 'how long it would take with 8 steps at once'],
    ['simulate recipes/daily.yaml --items load=1000', 'how long it would take with 1,000 items of a step'],
    ['simulate new.yaml --durations guess.csv --json', 'of a recipe that never ran, for a program'],
  ],
  async run(invocation) {
    const { io, out, options, engine, workspace } = invocation
    const loaded = await workspace()
    const { plan } = await engine.compile(invocation.arguments.file, loaded)
    const slots = options.slots ?? plan.concurrency ?? loaded.config.concurrency ?? availableParallelism()
    const past = options.durations === undefined ? await fromPast() : await fromFile(options.durations)
    const names = new Set(plan.steps.map(({ name }) => name))
    const unknown = [...past.keys()].filter((name) => !names.has(name))
    if (options.durations !== undefined && unknown.length > 0) {
      io.stderr.write(`${out.yellow('note')}: ${unknownSteps(unknown, names, plan)}\n`)
    }
    const { simulate: look, writtenItems } = await import('@lorc/runner/insight')
    const asked = askedItems(options.items, plan)
    const written = options.durations === undefined ? undefined : await writtenItems(plan)
    const items: KnownItems = (step) => {
      const count = asked.get(step) ?? past.get(step)?.items?.count ?? written?.get(step)
      return count === undefined ? undefined : { count, medianMs: past.get(step)?.items?.medianMs }
    }
    const simulation = look(plan, slots, (step) => past.get(step)?.medianMs, items)
    if (simulation === undefined) throw nothingKnown(plan, options.durations)
    io.stdout.write(
      options.json
        ? `${JSON.stringify(jsonOf(plan, simulation), null, 2)}\n`
        : simulationText(plan.name, simulation, out, io.stdout.isTTY ? io.stdout.columns : 100),
    )
    return EXIT.ok

    function fromPast(): Promise<Map<string, Known>> {
      return withRunner(invocation, ({ store }) => pastDurations(store, plan.name, plan.steps.length))
    }

    async function fromFile(file: string): Promise<Map<string, Known>> {
      return new Map([...(await readDurations(file, io.cwd))].map(([step, medianMs]) => [step, { medianMs }]))
    }
  },
})

/** `--items STEP=N`. Throws CliError CLI_OPTION_INVALID. */
function askedItems(given: readonly string[], plan: Plan): Map<string, number> {
  const steps = plan.steps.flatMap(({ name, forEach }) => (forEach ? [name] : []))
  return new Map(
    given.map((text) => {
      const [, step = '', number = ''] = /^(.*)=(.*)$/s.exec(text) ?? []
      const count = Number(number)
      if (!steps.includes(step)) {
        const near = closest(step, steps)
        const fix = near === undefined ? `its steps with \`for_each\` are ${steps.join(', ') || 'none'}.` : `did you mean \`${near}\`?`
        throw new CliError('CLI_OPTION_INVALID', `--items is STEP=N, and \`${plan.name}\` has no step with \`for_each\` called \`${step}\`.`, { fix })
      }
      if (number.trim() === '' || !Number.isInteger(count) || count < 0 || count > MOST_ITEMS) {
        throw new CliError('CLI_OPTION_INVALID', `--items ${step} is a whole number from 0 to 100,000, not \`${number}\`.`)
      }
      return [step, count]
    }),
  )
}

function unknownSteps(unknown: readonly string[], names: ReadonlySet<string>, plan: Plan): string {
  const told = unknown.slice(0, SHOWN).map((name) => {
    const near = closest(name, names)
    return near === undefined ? `\`${name}\`` : `\`${name}\` (did you mean \`${near}\`?)`
  })
  const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : ''
  return `${plan.name} has no step ${told.join(', ')}${more}: ${count(unknown.length, 'duration')} not used.`
}

function nothingKnown(plan: Plan, file: string | undefined): CliError {
  if (file !== undefined) {
    return new CliError('CLI_DURATIONS_INVALID', `--durations: ${file} names no step of \`${plan.name}\`.`, {
      fix: `its steps are ${plan.steps.slice(0, SHOWN).map(({ name }) => name).join(', ')}${plan.steps.length > SHOWN ? ', ...' : ''}.`,
    })
  }
  return new CliError('CLI_DURATIONS_UNKNOWN', `no run of \`${plan.name}\` has completed a step: nothing tells how long they take.`, {
    fix: 'run it once, or give --durations FILE: JSON {"load": 12.5} or CSV load,12.5, in seconds.',
  })
}

function jsonOf(plan: Plan, { steps, ...simulation }: Simulation): unknown {
  return deeplySnakeCased({ name: plan.name, ...simulation, steps })
}
