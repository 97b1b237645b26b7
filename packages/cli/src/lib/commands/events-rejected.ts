import type { JsonValue } from '@lorc/event-client'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { roomOf } from '../events/result-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { table } from '../render/table.ts'
import { oneLine } from '../render/text.ts'
import { withEvents } from '../with-events.ts'

export const eventsRejected = defineCommand({
  description: 'Shows the events that the sink refused for good, with the reasons, the latest first. `lorc events flush --rejected` tries them again.',
  arguments: {},
  options: {
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 20, summary: 'No more than this many' },
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [['events rejected --json', 'with their payloads, for a program']],
  async run(invocation) {
    const { io, out, options } = invocation
    const rows = await withEvents(invocation, async (hub) => hub.deadLetters(options.limit))
    if (options.json) io.stdout.write(`${JSON.stringify(rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) as JsonValue })), null, 2)}\n`)
    else if (rows.length === 0) io.stderr.write('no event was refused\n')
    else {
      const cells = rows.map((row) => [row.rejected_at, row.event_type, row.source, row.reason].map((text) => ({ text: oneLine(text) })))
      const room = { columns: roomOf(io.stdout), narrow: ['REASON', 'SOURCE', 'TYPE'], omit: ['REJECTED'] }
      io.stdout.write(`${table(['REJECTED', 'TYPE', 'SOURCE', 'REASON'], cells, out, room)}\n`)
    }
    return EXIT.ok
  },
})
