import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './harness/arguments.ts'
import { thisMachine } from './harness/machine.ts'
import { measure } from './harness/measure.ts'
import { withTable } from './harness/page.ts'
import { installPeers } from './harness/peers.ts'
import type { Results, WorkloadResult } from './harness/results.ts'
import { resultsTable } from './harness/table.ts'
import { workloads } from './workloads.ts'

const FILE = new URL('../results.json', import.meta.url)
const PAGE = new URL('../../docs/benchmarks.md', import.meta.url)
const PEERS = fileURLToPath(new URL('../peers', import.meta.url))

const report = (text: string): void => void stderr.write(`${text}\n`)

const { names, quick, list } = parseArguments(
  argv.slice(2),
  workloads.map(({ name }) => name),
)
const wanted = workloads.filter(({ name }) => names.includes(name))
if (list) for (const { name, title } of wanted) stdout.write(`${name}: ${title}\n`)
else await run()

async function run(): Promise<void> {
  const failure = installPeers(PEERS)
  if (failure !== undefined) report(`peers could not be installed: ${failure}`)
  const results: Results = { date: new Date().toISOString(), machine: thisMachine(), workloads: [] }
  const locate = (module: string): string =>
    new URL(module.startsWith('peers/') ? `../${module}` : `./${module}`, import.meta.url).href
  const place = mkdtempSync(join(tmpdir(), 'lorc-bench-'))
  // PostgreSQL, started by root, is another user's.
  chmodSync(place, 0o711)
  try {
    for (const workload of wanted) {
      report(workload.name)
      results.workloads.push(await measure(workload, { quick, locate, place, report }))
    }
  } finally {
    // Not before: for minutes after many files were removed, ext4 looks at each of their places whenever a file is made.
    rmSync(place, { recursive: true, force: true })
  }
  stdout.write(`${resultsTable(results)}\n`)
  if (!quick) keep(merged(results))
}

function keep(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, null, 1)}\n`)
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), resultsTable(results)))
}

/** What was measured before stays where only some workloads were run again. */
function merged(results: Results): Results {
  if (names.length === workloads.length) return results
  const before = earlier()
  const all = workloads.map(
    ({ name }) => results.workloads.find((one) => one.name === name) ?? before.find((one) => one.name === name),
  )
  return { ...results, workloads: all.filter((one): one is WorkloadResult => one !== undefined) }
}

function earlier(): WorkloadResult[] {
  try {
    return (JSON.parse(readFileSync(FILE, 'utf8')) as Results).workloads
  } catch {
    return []
  }
}
