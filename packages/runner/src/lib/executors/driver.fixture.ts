import { argv, env, stdout } from 'node:process'
import { Workbench } from './node-attempt.fixture.ts'
import { createPythonExecutor } from './python.ts'
import { createShellExecutor } from './shell.ts'
import { createSupervisor } from './supervisor.ts'

/** A driver to be killed: runs a step of each kind whose processes ignore SIGTERM, and prints their groups. */
const bench = new Workbench()
const workspace = { root: bench.root, allow: [] }
const stateDir = `${bench.root}/.lorc`
const supervisor = createSupervisor({ env, graceMs: 100, ...(argv[2] === 'node' && { python: null }) })
const shell = createShellExecutor({ workspace, stateDir, supervisor })
const python = createPythonExecutor({ workspace, stateDir, supervisor })

const STUBBORN = `trap '' TERM; while :; do sleep 0.1; done`
bench.file('steps/stubborn.sh', `(${STUBBORN}) &\n${STUBBORN}\n`)
bench.file(
  'steps/stubborn.py',
  `import signal, subprocess, time
class Job:
    def run(self, ctx, params):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(['sh', '-c', ${JSON.stringify(STUBBORN)}])
        time.sleep(600)
`,
)
const step = { type: 'python', module: 'steps.stubborn', function: 'Job' }
const onSpawn = ({ pid }: { pid: number }): void => void stdout.write(`${pid}\n`)
const graceMs = 60_000
await Promise.race([
  shell.execute(bench.attempt({ type: 'shell', script: 'steps/stubborn.sh' }, { onSpawn, graceMs })),
  python.execute(bench.attempt(step, { onSpawn, graceMs })),
  python.execute(bench.attempt({ ...step, requiresProcess: true }, { onSpawn, graceMs })),
])
