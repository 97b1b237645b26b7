import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { Workbench } from './node-attempt.fixture.ts'
import { createNodeExecutor } from './node.ts'

/**
 * Runs steps in this process and changes files meanwhile: a test runner imports modules in a way of its own. Its argument is
 * JSON: files at first, then [run, module, files that are written before] in turn; it prints the values that they set.
 */
const [files, turns] = JSON.parse(argv[2]!) as [Files, [runId: string, module: string, changes?: Files][]]
type Files = Record<string, string>

const bench = new Workbench()
const node = createNodeExecutor({ startTimeOf: () => 'now' })
const values: unknown[] = []
for (const [path, text] of Object.entries(files)) bench.file(path, text)
for (const [runId, module, changes = {}] of turns) {
  for (const [path, text] of Object.entries(changes)) writeFileSync(join(bench.root, path), text)
  const attempt = { ...bench.attempt({ module }), runId }
  const outcome = await node.execute(attempt)
  values.push(outcome.status === 'ok' ? attempt.context.get('a.b_v1') : outcome.error.message)
}
bench.remove()
stdout.write(JSON.stringify(values))
