import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { QueryEstimate } from '@lorc/event-client'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { byteSizeOption } from '../events/byte-size.ts'
import { FORMATS, resultText, roomOf } from '../events/result-text.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { bytes } from '../render/quantity.ts'
import { withEvents } from '../with-events.ts'

export const sql = defineCommand({
  description:
    'Runs one SELECT over the tables `events` and `raw_objects`, wherever the events of the workspace are: the same query ' +
    'gives the same answer in SQLite and in BigQuery. It reads and changes nothing. docs/sql.md has the language. In BigQuery ' +
    'it first asks what the query would read, and refuses one that reads more than --max-bytes.',
  arguments: { query: { label: 'QUERY', summary: 'The SELECT, in quotes', required: false } },
  options: {
    file: { kind: 'text', label: 'FILE', summary: 'Read the query from a file' },
    format: { kind: 'choice', choices: FORMATS, default: 'table', summary: 'How the rows are printed' },
    ...JSON_OPTION,
    'max-bytes': { kind: 'text', label: 'SIZE', default: '10GiB', summary: 'What a query may read in BigQuery, at most: 500MB, 10GiB, 1TB' },
    ...SINK_OPTIONS,
  },
  examples: [
    ['sql "SELECT event_type, COUNT(*) AS n FROM events GROUP BY 1"', 'what there is'],
    [`sql "SELECT JSON_VALUE(payload, '$.subject') FROM events" --format csv`, 'a field of the payloads'],
    ['sql --file reports/daily.sql --format json', 'for a program'],
  ],
  async run(invocation) {
    const { io, out, err, options } = invocation
    const query = await queryOf(invocation.arguments.query, options.file, io.cwd)
    const maximumBytesBilled = byteSizeOption('max-bytes', options['max-bytes'])
    const onEstimate = (estimate: QueryEstimate): void => void io.stderr.write(err.dim(`${estimateText(estimate)}\n`))
    const { describeSql } = await import('@lorc/event-client')
    const columns = await describeSql(query)
    const rows = await withEvents(invocation, (hub) => hub.query(query), { maximumBytesBilled, onEstimate })
    io.stdout.write(resultText({ columns, rows }, options.json ? 'json' : options.format, out, roomOf(io.stdout)))
    return EXIT.ok
  },
})

function estimateText({ bytes: count, dollars }: QueryEstimate): string {
  const cost = dollars < 0.01 ? 'less than $0.01' : `about $${dollars.toFixed(2)}`
  return `BigQuery reads ${bytes(count)} for this: ${cost} at the price on demand`
}

async function queryOf(given: string | undefined, file: string | undefined, cwd: string): Promise<string> {
  if ((given === undefined) === (file === undefined)) {
    throw new CliError('CLI_ARGUMENT_MISSING', 'give either a query or --file.', { fix: 'lorc sql "SELECT COUNT(*) FROM events"' })
  }
  if (file === undefined) return given ?? ''
  return readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new CliError('CLI_FILE_MISSING', `--file: \`${file}\` cannot be read.`, { cause })
  })
}
