import type { EventHub, JsonValue } from '@lorc/event-client'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { eventFilter, FILTER_OPTIONS } from '../events/event-filter.ts'
import { eventLine, LINE_COLUMNS } from '../events/event-line.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { withEvents } from '../with-events.ts'

type Row = Record<string, JsonValue>

export const eventsTail = defineCommand({
  description: 'Shows the newest events, the newest last.',
  arguments: {},
  options: {
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 20, summary: 'No more than this many' },
    ...FILTER_OPTIONS,
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['events tail', 'the last 20'],
    ['events tail -n 5 --type "email.*" --json', 'the last five of these types, one JSON object a line'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const columns = io.stdout.isTTY ? io.stdout.columns - 1 : Number.POSITIVE_INFINITY
    const line = (row: Row): string => (options.json ? JSON.stringify(row) : eventLine(row, out, columns))
    return await withEvents(invocation, async (hub) => {
      const rows = await newest(hub)
      if (rows.length === 0) io.stderr.write('no events\n')
      else io.stdout.write(`${rows.map(line).join('\n')}\n`)
      return EXIT.ok
    })

    async function newest(hub: EventHub): Promise<Row[]> {
      const { where, params } = eventFilter(options, io.now())
      const rows = await hub.query(`SELECT ${LINE_COLUMNS} FROM events WHERE ${where} ORDER BY created_at DESC, event_id LIMIT ?`, [...params, options.limit])
      return rows.reverse()
    }
  },
})
