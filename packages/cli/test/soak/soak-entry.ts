// `pnpm soak`: asks a service for runs while it is killed and started again, and accounts for each of them.
import { existsSync } from 'node:fs'
import { argv, execPath, exit, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

const LORC = fileURLToPath(new URL('../../dist/lorc.js', import.meta.url))
const HELP = `pnpm soak [--runs N] [--kills N] [--seed N]

Asks lorc serve, as built, for runs of recipes, jobs and scenarios over HTTP, while it is killed (SIGKILL) or stopped
(SIGTERM) and started again, and accounts for each run. --runs: 10000; --kills: one for each 200 runs; --seed: drawn, and printed.
`

const { values } = parseArgs({
  args: argv.slice(2),
  options: { runs: { type: 'string', default: '10000' }, kills: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help === true) {
  stdout.write(HELP)
  exit(0)
}
const number = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  stderr.write(`--${name} takes a whole number, not ${text}\n${HELP}`)
  return exit(2)
}
const runs = number('runs', values.runs)
const kills = number('kills', values.kills ?? String(Math.ceil(runs / 200)))
const seed = number('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)))
if (!existsSync(LORC)) {
  stderr.write('packages/cli is not built: pnpm build\n')
  exit(2)
}

stdout.write(`soak of ${runs} runs, ${kills} ends of the service; again: pnpm soak --runs ${runs} --kills ${kills} --seed ${seed}\n`)
const { wrong, watched, ...figures } = await soak({ runs, kills, seed, line: [execPath, LORC], report: (text) => void stderr.write(`${text}\n`) })
for (const [name, value] of Object.entries(figures)) stdout.write(`${name.padEnd(14)} ${Number.isInteger(value) ? value : value.toFixed(1)}\n`)
for (const [i, { runs: followed, events, breaks }] of watched.entries()) stdout.write(`watcher ${i + 1}      ${followed} runs, ${events} events, ${breaks} broken connections\n`)
for (const what of wrong.slice(0, 100)) stdout.write(`WRONG ${what}\n`)
stdout.write(wrong.length === 0 ? 'every run is accounted for\n' : `${wrong.length} things are wrong\n`)
exit(wrong.length === 0 ? 0 : 1)
