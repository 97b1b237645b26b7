import { withAudit } from '../access/audit.ts'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { count } from '../render/quantity.ts'

export const auditVerify = defineCommand({
  description:
    'Checks the hash chain of the audit log, in which the service and this command line put what operators did with runs and keys, from the first record. ' +
    'With --head it also tells whether records were cut off the end: keep the head that it prints somewhere else.',
  arguments: {},
  options: { head: { kind: 'text', label: 'HASH', summary: 'The head that an earlier check printed' }, ...JSON_OPTION },
  examples: [
    ['audit verify', 'is the log what was written?'],
    ['audit verify --head 9c1f...', 'and is everything that was there still there?'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const result = await withAudit(await invocation.workspace(), (audit) => Promise.resolve(audit.verify(options.head)))
    if (options.json) io.stdout.write(`${JSON.stringify(result)}\n`)
    else if (result.bad === null) io.stdout.write(`${out.green('ok')}: ${count(result.records, 'record')}, head ${result.head}\n`)
    else io.stdout.write(`${out.red('broken')} at record ${result.bad.seq}: ${result.bad.reason}\n`)
    return result.ok ? EXIT.ok : EXIT.failed
  },
})

export const auditExport = defineCommand({
  description: 'Prints the audit log, a JSON object a line: who did what to what, and why; how it was before, and what became of it.',
  arguments: {},
  options: { from: { kind: 'integer', label: 'N', min: 0, default: 0, summary: 'Begin with the record of this number' } },
  examples: [
    ['audit export > audit.ndjson', 'everything'],
    ['audit export --from 1200', 'what came since'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    await withAudit(await invocation.workspace(), async (audit) => {
      for (const line of audit.lines(options.from)) {
        if (io.stdout.closed) return
        if (!io.stdout.write(`${line}\n`)) await io.stdout.drained()
      }
    })
    return EXIT.ok
  },
})
