import process, { argv, exit, stdin, stdout } from 'node:process'
import { FallbackSupervisor } from './supervisor-fallback.ts'

const supervisor = new FallbackSupervisor(Number(argv[2] ?? 5000), (event) => stdout.write(`${JSON.stringify(event)}\n`))

async function end(): Promise<void> {
  await supervisor.end()
  exit(0)
}

stdin.setEncoding('utf8').on('data', (text: string) => supervisor.receive(text))
for (const event of ['end', 'error']) stdin.once(event, () => void end())
stdout.on('error', () => void end())
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.once(signal, () => void end())
