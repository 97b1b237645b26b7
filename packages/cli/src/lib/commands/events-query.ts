import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { eventFilter, FILTER_OPTIONS } from '../events/event-filter.ts'
import { FORMATS, resultText, roomOf } from '../events/result-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { withEvents } from '../with-events.ts'

const COLUMNS = ['event_id', 'event_type', 'source', 'schema_ref', 'created_at', 'correlation_id', 'subject_id', 'payload']

export const eventsQuery = defineCommand({
  description: 'Lists events, the newest first, with the columns and the fields of the payload that are asked for.',
  arguments: {},
  options: {
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 100, summary: 'No more than this many' },
    columns: { kind: 'list', label: 'COLUMN', summary: `Which columns: ${COLUMNS.join(', ')}. Default: created_at, event_type, source, subject_id, payload` },
    field: { kind: 'list', label: 'PATH', summary: 'A field of the payload instead of the payload: subject, from.name, tags[0]' },
    ...FILTER_OPTIONS,
    format: { kind: 'choice', choices: FORMATS, default: 'table', summary: 'How the events are printed' },
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['events query --since 7d --type email.received', 'of a week'],
    ['events query --field subject,from.name --format csv', 'fields of the payloads'],
    ['events query --correlation run_0196 --json', 'what one run emitted, for a program'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const names = columnNames(options.columns, options.field.length > 0)
    const fields = options.field.map((path) => ({ name: path.replaceAll(/\W+/g, '_').replace(/_$/, ''), path }))
    const items = [...names, ...fields.map(({ name, path }) => `JSON_VALUE(payload, '$.${checked(path)}') AS \`${name}\``)]
    const filter = eventFilter(options, io.now())
    const rows = await withEvents(invocation, (hub) => hub.newest(items.join(', '), filter, options.limit))
    const format = options.json ? 'json' : options.format
    if (rows.length === 0 && format === 'table') io.stderr.write('no events\n')
    else {
      const columns = [...names, ...fields.map(({ name }) => name)].map((name) => ({ name }))
      io.stdout.write(resultText({ columns, rows }, format, out, roomOf(io.stdout)))
    }
    return EXIT.ok
  },
})

function columnNames(given: readonly string[], fields: boolean): readonly string[] {
  const unknown = given.find((name) => !COLUMNS.includes(name))
  if (unknown !== undefined) {
    throw new CliError('CLI_OPTION_INVALID', `--columns: events have no column \`${unknown}\`.`, { fix: `the columns: ${COLUMNS.join(', ')}; --field takes those of the payload.` })
  }
  if (given.length > 0) return given
  return ['created_at', 'event_type', 'source', 'subject_id', ...(fields ? [] : ['payload'])]
}

function checked(path: string): string {
  if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[\d+\])*$/.test(path)) return path
  throw new CliError('CLI_OPTION_INVALID', `--field: \`${path}\` is not a path within a payload.`, { fix: "names with dots, and places: from.name, tags[0]; `lorc sql` takes any: JSON_VALUE(payload, '$.\"a-b\"')." })
}
