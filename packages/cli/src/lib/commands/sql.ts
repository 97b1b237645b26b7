import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { CliError } from '../errors.ts'
import { FORMATS, resultText } from '../events/result-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { withEvents } from '../with-events.ts'

export const sql = defineCommand({
  description:
    'Runs one SELECT over the tables `events` and `raw_objects`, wherever the events of the workspace are: the same query ' +
    'gives the same answer in SQLite and in BigQuery. It reads and changes nothing. docs/sql.md has the language.',
  arguments: { query: { label: 'QUERY', summary: 'The SELECT, in quotes', required: false } },
  options: {
    file: { kind: 'text', label: 'FILE', summary: 'Read the query from a file' },
    format: { kind: 'choice', choices: FORMATS, default: 'table', summary: 'How the rows are printed' },
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['sql "SELECT event_type, COUNT(*) AS n FROM events GROUP BY 1"', 'what there is'],
    [`sql "SELECT JSON_VALUE(payload, '$.subject') FROM events" --format csv`, 'a field of the payloads'],
    ['sql --file reports/daily.sql --format json', 'for a program'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const query = await queryOf(invocation.arguments.query, options.file, io.cwd)
    const { describeSql } = await import('@lorc/event-client')
    const columns = describeSql(query)
    const rows = await withEvents(invocation, (hub) => hub.query(query))
    const room = io.stdout.isTTY ? io.stdout.columns - 1 : Number.POSITIVE_INFINITY
    io.stdout.write(resultText({ columns, rows }, options.json ? 'json' : options.format, out, room))
    return EXIT.ok
  },
})

async function queryOf(given: string | undefined, file: string | undefined, cwd: string): Promise<string> {
  if ((given === undefined) === (file === undefined)) {
    throw new CliError('CLI_ARGUMENT_MISSING', 'give either a query or --file.', { fix: 'lorc sql "SELECT COUNT(*) FROM events"' })
  }
  if (file === undefined) return given ?? ''
  return readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new CliError('CLI_FILE_MISSING', `--file: \`${file}\` cannot be read.`, { cause })
  })
}
