import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { durationOption } from '../duration-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { count } from '../render/quantity.ts'
import { withEvents } from '../with-events.ts'

/** Between two words to who waits. */
const STILL_MS = 5000

export const eventsFlush = defineCommand({
  description:
    'Delivers the events that wait in the outbox for the sink, from whichever run: after an outage, or a crash. Ends with 1 ' +
    'if some are still there afterwards, or were refused for good; `lorc events rejected` shows the latter.',
  arguments: {},
  options: {
    rejected: { kind: 'flag', summary: 'Try those again, too, that were refused for good' },
    patience: { kind: 'text', label: 'TIME', default: '60s', summary: 'How long to put up with a sink that takes nothing' },
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['events flush', 'what waits'],
    ['events flush --rejected', 'and what was refused, after its cause was mended'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const patienceMs = durationOption('patience', options.patience)
    const told = await withEvents(
      invocation,
      async (hub) => {
        const revived = options.rejected ? hub.revive() : 0
        const stop = io.every(STILL_MS, () => {
          const { waiting } = hub.counts()
          io.stderr.write(`${count(waiting, 'event')} still ${waiting === 1 ? 'waits' : 'wait'} for ${hub.sink}, which has ${options.patience} to take any\n`)
        })
        const delivery = await hub.flush().finally(stop)
        return { sink: hub.sink, revived, ...delivery, elsewhere: hub.waitingElsewhere() }
      },
      { patienceMs },
    )
    const { delivered, rejected, waiting } = told
    const done = rejected === 0 && waiting === 0
    if (options.json) io.stdout.write(`${JSON.stringify(told, null, 2)}\n`)
    else {
      const rest = [rejected > 0 ? `${rejected} refused for good` : '', waiting > 0 ? `${waiting} wait` : ''].filter(Boolean)
      io.stdout.write(`${done ? out.green('ok') : out.red('no')}  ${[`${count(delivered, 'event')} delivered to ${told.sink}`, ...rest].join(', ')}\n`)
    }
    for (const { sink, waiting: left } of told.elsewhere) {
      io.stderr.write(`note: ${count(left, 'event')} ${left === 1 ? 'waits' : 'wait'} for ${sink}, which is not the sink now: flush again with the sink as it was, by --sink or the configuration\n`)
    }
    return done ? EXIT.ok : EXIT.failed
  },
})
