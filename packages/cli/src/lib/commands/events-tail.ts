import { once } from 'node:events'
import type { JsonValue } from '@lorc/event-client'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { eventFilter, FILTER_OPTIONS } from '../events/event-filter.ts'
import { eventLine, LINE_COLUMNS } from '../events/event-line.ts'
import { roomOf } from '../events/result-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { withEvents } from '../with-events.ts'

type Row = Record<string, JsonValue>

/** Between two looks for new events. BigQuery charges for each. */
const LOCAL_MS = 300
const REMOTE_MS = 15_000

export const eventsTail = defineCommand({
  description:
    'Shows the newest events, the newest last. With --follow it goes on showing what comes in until it is interrupted; in ' +
    `BigQuery it looks every ${REMOTE_MS / 1000} s, which costs a query each time.`,
  arguments: {},
  options: {
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 20, summary: 'No more than this many' },
    follow: { kind: 'flag', short: 'f', summary: 'Go on showing events as they come in' },
    ...FILTER_OPTIONS,
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['events tail', 'the last 20'],
    ['events tail -n 5 --type "email.*" --json', 'the last five of these types, one JSON object a line'],
    ['events tail -f', 'watch a job that runs in another terminal'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const filter = eventFilter(options, io.now())
    const show = async (rows: readonly Row[]): Promise<void> => {
      const lines = rows.map((row) => (options.json ? JSON.stringify(row) : eventLine(row, out, roomOf(io.stdout))))
      if (!io.stdout.write(lines.map((line) => `${line}\n`).join(''))) await io.stdout.drained()
    }
    return await withEvents(invocation, async (hub) => {
      const follower = options.follow ? hub.follow(filter) : undefined
      await follower?.next()
      const newest = (await hub.newest(LINE_COLUMNS, filter, options.limit)).reverse()
      if (newest.length === 0 && !options.follow) io.stderr.write('no events\n')
      await show(newest)
      if (follower === undefined) return EXIT.ok
      const shown = new Set(newest.map((row) => row['event_id']))
      const pause = hub.sink.startsWith('bigquery') ? REMOTE_MS : LOCAL_MS
      for await (const _ of ticks(io, pause)) await show((await follower.next()).filter((row) => !shown.has(row['event_id'])))
      return EXIT.ok
    })
  },
})

/** Ticks until nobody reads any more. */
async function* ticks(io: Io, ms: number): AsyncGenerator<void> {
  const clock = new EventTarget()
  const stop = io.every(ms, () => clock.dispatchEvent(new Event('tick')))
  // What `every` does keeps no process alive.
  const alive = setInterval(() => undefined, 1 << 30)
  try {
    while (!io.stdout.closed) {
      await once(clock, 'tick')
      yield
    }
  } finally {
    clearInterval(alive)
    stop()
  }
}
