import type { ListedSchedule } from '@lorc/server/schedules'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { localZone, timestamp } from '../render/quantity.ts'
import type { Style } from '../render/style.ts'
import { table, type Cell } from '../render/table.ts'
import { oneLine } from '../render/text.ts'
import { withRunner } from '../with-runner.ts'

export const schedulesList = defineCommand({
  description:
    'Lists the recipes that have a schedule, the next one to come first, with what became of the last time; times are those of the zone here. `lorc serve` ' +
    'runs them. A recipe with problems is named, and hides no other; the exit status is 1 then.',
  arguments: {},
  options: {
    next: { kind: 'integer', label: 'N', min: 1, default: 1, summary: 'Times to come that are shown of each' },
    ...JSON_OPTION,
  },
  examples: [
    ['schedules list', 'when what is run next'],
    ['schedules list --next 5', 'the next five times of each: is the expression right?'],
    ['schedules list --json', 'the same for a program'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { root, stateDir, config } = await invocation.workspace()
    return await withRunner(invocation, async ({ store }) => {
      const { brokenAnswer, listSchedules, scheduleAnswer } = await import('@lorc/server/schedules')
      const { allow, server, modules } = config
      const places = { workspace: root, allow, stateDir, config: { server, modules } }
      const { schedules, broken } = await listSchedules({ ...places, store, now: io.now(), count: options.next })
      if (options.json) {
        const items = schedules.map(scheduleAnswer).map(({ firings: [last = null], ...item }) => ({ ...item, last }))
        io.stdout.write(`${JSON.stringify({ schedules: items, broken: broken.map(brokenAnswer) }, null, 2)}\n`)
      } else {
        for (const { path, error } of broken) io.stderr.write(`${out.red('not run')}  ${path}: ${oneLine(error.message)}\n`)
        if (broken.length > 0) io.stderr.write(out.dim('`lorc validate FILE` shows where\n'))
        io.stdout.write(schedules.length === 0 ? 'no recipe has a schedule\n' : `${text(schedules, out, io.stdout.isTTY ? io.stdout.columns : 200)}\n`)
      }
      return broken.length > 0 ? EXIT.failed : EXIT.ok
    })
  },
})

function text(schedules: readonly ListedSchedule[], style: Style, columns: number): string {
  const rows = schedules.flatMap(({ name, schedule, next, firings: [last] }): Cell[][] => {
    const [first, ...later] = next.map((at): Cell => ({ text: timestamp(at).slice(0, 16) }))
    const head: Cell[] = [
      first ?? { text: '-' },
      { text: oneLine(name), paint: style.bold },
      { text: `${schedule.cron} ${schedule.timezone}` },
      { text: last === undefined ? 'none yet' : `${timestamp(last.at).slice(5, 16)} ${last.state}${last.runStatus === null ? '' : `, ${last.runStatus}`}`, paint: style.dim },
      { text: last === undefined ? '' : oneLine(last.reason ?? last.runId), paint: style.dim },
    ]
    return [head, ...later.map((cell) => [cell])]
  })
  // A schedule has a zone of its own, most often another one.
  return table([`NEXT (${localZone()})`, 'RECIPE', 'SCHEDULE', 'LAST', ''], rows, style, { columns, narrow: ['', 'RECIPE', 'SCHEDULE'], omit: ['', 'LAST'] })
}
