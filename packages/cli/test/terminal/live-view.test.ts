import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Workspace } from '../lorc.fixture.ts'
import { hasTmux, inTerminal, Terminal } from './terminal.fixture.ts'

const STEPS = `
import { existsSync } from 'node:fs'
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
export async function work(ctx, { ms = 5, fails = false }) {
  console.log('console of a step')
  process.stdout.write('stdout of a step\\n')
  process.stderr.write('stderr of a step\\n')
  await pause(ms)
  while (ms === 0 && !existsSync('go')) await pause(20)
  if (fails) throw new Error('no rows')
}
`
const FLAKY = `#!/bin/sh
n=$(cat tries 2>/dev/null || echo 0); echo $((n + 1)) > tries
echo "try $n" >&2
[ "$n" -ge 2 ] && { echo '{"status":"ok"}'; exit 0; }
echo '{"status":"error","reason":"no answer","exit_code":2,"step":"flaky"}'; exit 2
`
const step = (name: string, args: string, more = ''): string =>
  `  - { name: ${name}, type: node, module: steps.mjs, function: work, args: { ${args} }${more} }\n`
const SMALL = `name: small
concurrency: 2
steps:
${step('load', 'ms: 5')}${step('broken', 'fails: true', ', depends_on: [], continue_on_error: true')}\
  - { name: flaky, type: shell, script: flaky.sh, depends_on: [], retry: { max: 3, delay_sec: 0.1 } }
${step('report', 'ms: 0')}`
const BIG = `name: big
concurrency: 4
steps:
${Array.from({ length: 400 }, (_, i) => step(`step_${i}`, `ms: ${i < 40 ? 5 : 0}`, ', depends_on: []')).join('')}`
const CRASH = `if (/lorc/.test(process.argv[1])) setInterval(() => { if (require('node:fs').existsSync('boom')) throw new Error('boom') }, 20)\n`
const GARBAGE = /(console|stdout|stderr) of a step/

let workspace: Workspace
let terminal: Terminal
beforeEach(async () => {
  workspace = await Workspace.make({
    'steps.mjs': STEPS,
    'flaky.sh': FLAKY,
    'small.yaml': SMALL,
    'big.yaml': BIG,
    'crash.cjs': CRASH,
  })
})
afterEach(async () => {
  terminal.close()
  await workspace.remove()
})

function open(columns: number, rows: number): void {
  terminal = new Terminal(workspace.folder, columns, rows)
  const words = workspace.command([]).map((word) => `'${word}'`)
  terminal.type(`lorc() { ${words.join(' ')} "$@"; }; clear`)
}

describe.skipIf(!hasTmux)(inTerminal('the live view in a terminal'), () => {
  it('shows failures and retries at 80 x 24, and is not garbled by what steps print', async () => {
    open(80, 24)
    terminal.type('clear; lorc run small.yaml')
    const during = await terminal.until(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] report/)
    expect(during.join('\n')).toMatch(/^small {2}run_\S+\n {2}✓ load /)
    expect(during.filter((line) => line.includes(' of 4 done'))).toHaveLength(1)
    expect(terminal.showsCursor()).toBe(false)
    await workspace.write('go', '')
    const after = await terminal.until(/"status":"ok"[^]*\$$/)
    const shown = after.map((line) => line.replaceAll(/[\d.]+m?s\b|\d+m \d+s/g, '#').replaceAll(/ +/g, ' '))
    expect(shown.slice(1, 6)).toEqual([
      ' ✓ load #',
      ' ✗ broken # STEP_FAILED: no rows',
      ' ✓ flaky # attempt 3',
      ' ✓ report #',
      'completed in #: 3 completed, 1 failed',
    ])
    expect(terminal.everything()).not.toMatch(GARBAGE)
    expect(terminal.showsCursor()).toBe(true)
  })

  it('lets what steps print scroll by above it with --follow', async () => {
    open(80, 24)
    terminal.type('clear; lorc run small.yaml --follow')
    const during = await terminal.until(/report \| stderr of a step/)
    const bar = during.findIndex((line) => line.includes(' of 4 done'))
    expect(bar).toBeGreaterThan(during.findLastIndex((line) => GARBAGE.test(line)))
    await workspace.write('go', '')
    await terminal.until(/"status":"ok"/)
    const all = terminal.everything().split('\n')
    expect(all.filter((line) => line === 'load | console of a step')).toHaveLength(1)
    expect(all.filter((line) => line.includes(' of 4 done'))).toEqual([])
  })

  it('folds many steps into counts at 200 x 50, follows the size of the terminal, and ends well on Ctrl-C', async () => {
    open(200, 50)
    terminal.type('clear; lorc run big.yaml')
    const lines = await terminal.until(/✓ 40 done, the last step_\d+/)
    expect(lines.join('\n')).toMatch(/\n {2}· 356 steps to come, the next step_44\n {2}━+─+ +10% {2}40 of 400 done, 4 running/)
    terminal.resize(60, 12)
    await terminal.until(/✓ 40 done[^]*\n {2}━+─+ +10% {2}40 of 400 done, 4 running/)
    for (const line of terminal.lines()) expect(line.length).toBeLessThan(60)
    terminal.resize(200, 50)
    terminal.press('C-z')
    await terminal.until(/Stopped/)
    expect(terminal.showsCursor()).toBe(true)
    terminal.type('fg')
    await terminal.until(/fg[^]* of 400 done/)
    expect(terminal.showsCursor()).toBe(false)
    terminal.press('C-c')
    await terminal.until(/SIGINT: cancelling/)
    await workspace.write('go', '')
    await terminal.until(/"exit_code":130[^]*\$$/)
    expect(terminal.lines().join('\n')).toMatch(/SIGINT: cancelling[^]*\ncancelled in [^]*lorc resume run_/)
    expect(terminal.showsCursor()).toBe(true)
  })

  it('gives the cursor back when lorc itself crashes', async () => {
    open(80, 24)
    terminal.type('clear; NODE_OPTIONS=--require=./crash.cjs lorc run big.yaml')
    await terminal.until(/ of 400 done/)
    expect(terminal.showsCursor()).toBe(false)
    await workspace.write('boom', '')
    await terminal.until(/lorc itself failed: boom[^]*\$$/)
    expect(terminal.showsCursor()).toBe(true)
  })

  it.each([
    ['NO_COLOR=1', / of 4 done/],
    ['TERM=dumb', /started {4}report/],
    ['CI=true', /started {4}report/],
  ])('degrades under %s', async (setting, expected) => {
    open(80, 24)
    terminal.type(`clear; ${setting} lorc run small.yaml --only report`)
    await terminal.until(expected)
    await workspace.write('go', '')
    await terminal.until(/"status":"ok"/)
    expect(terminal.showsCursor()).toBe(true)
  })
})
