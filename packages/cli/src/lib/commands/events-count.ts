import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { eventFilter, FILTER_OPTIONS } from '../events/event-filter.ts'
import { resultText, roomOf } from '../events/result-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { withEvents } from '../with-events.ts'

const BY = { type: 'event_type', source: 'source', day: 'DATE(created_at)', subject: 'subject_id', correlation: 'correlation_id' } as const

export const eventsCount = defineCommand({
  description: 'Counts events by their type, or by something else, the most frequent first.',
  arguments: {},
  options: {
    by: { kind: 'choice', choices: Object.keys(BY) as (keyof typeof BY)[], default: 'type', summary: 'What is counted' },
    ...FILTER_OPTIONS,
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['events count', 'of each type'],
    ['events count --by day --since 30d --type email.received', 'of one type, day by day'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { where, params } = eventFilter(options, io.now())
    const order = options.by === 'day' ? '1' : '2 DESC, 1'
    const query = `SELECT ${BY[options.by]} AS ${options.by}, COUNT(*) AS events FROM events WHERE ${where} GROUP BY 1 ORDER BY ${order}`
    const rows = await withEvents(invocation, (hub) => hub.query(query, params))
    const columns = [{ name: options.by }, { name: 'events' }]
    if (rows.length === 0 && !options.json) io.stderr.write('no events\n')
    else io.stdout.write(resultText({ columns, rows }, options.json ? 'json' : 'table', out, roomOf(io.stdout)))
    return EXIT.ok
  },
})
