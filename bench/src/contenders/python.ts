import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { NotHere, type Contender, type OpenOptions, type Task } from '../harness/contender.ts'

const WORKER = `import sys, json
for line in sys.stdin:
    json.loads(line)
    sys.stdout.write('{"status":"ok","outputs":[]}\\n')
    sys.stdout.flush()
`
const FORK_SERVER = `import os, sys, json
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        json.loads(line)
        os._exit(0)
    os.waitpid(pid, 0)
    sys.stdout.write('{"status":"ok","outputs":[]}\\n')
    sys.stdout.flush()
`

/** The least that runs Python from Node. Variants: `cold` (an interpreter each time), `fork`, `worker` (one, reused). */
export async function open({ variant }: OpenOptions): Promise<Contender> {
  const { stdout, error } = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  if (error) throw new NotHere(error.message)
  const version = stdout.replace('Python ', '').trim()
  if (variant === 'cold') {
    const cold: Task = async (times) => {
      for (let i = 0; i < times; i++) spawnSync('python3', ['-c', 'pass'])
    }
    return { version, settings: '`python3 -c pass`', tasks: { warm: cold, isolated: cold }, close: async () => {} }
  }
  const child = spawn('python3', ['-c', variant === 'fork' ? FORK_SERVER : WORKER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const ask: Task = async (times) => {
    for (let i = 0; i < times; i++) {
      child.stdin.write('{"ctx":{},"params":{}}\n')
      await once(lines, 'line')
    }
  }
  return {
    version,
    settings: variant === 'fork' ? 'a fork for each line of JSON' : 'a line of JSON there and back',
    tasks: { warm: ask, isolated: ask },
    async close() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
