import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { Workbench } from '../node-attempt.fixture.ts'
import { createNodeExecutor } from '../node.ts'

/**
 * Runs steps of a workspace in this process, some after files were changed: a test runner imports modules in a way of its own.
 * Its arguments are the workspace and, as JSON, [run, module, files that are written before] in turn; it prints the values
 * that the steps set.
 */
const [root, json] = argv.slice(2) as [string, string]
const bench = new Workbench()
const node = createNodeExecutor({ startTimeOf: () => 'now' })
const values: unknown[] = []
for (const [runId, module, changes = {}] of JSON.parse(json) as [string, string, Record<string, string>?][]) {
  for (const [path, text] of Object.entries(changes)) writeFileSync(join(root, path), text)
  const attempt = { ...bench.attempt({ module }), runId, workspace: root }
  const outcome = await node.execute(attempt)
  values.push(outcome.status === 'ok' ? attempt.context.get('a.b_v1') : outcome.error.message)
}
bench.remove()
stdout.write(JSON.stringify(values))
