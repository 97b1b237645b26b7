import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { LORC } from './built-lorc.ts'

const ROWS = fileURLToPath(new URL('../../peers/fastify-rows-entry.mjs', import.meta.url))

/** A service in a process of its own. */
export interface Served {
  readonly url: string
  readonly pid: number
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

/** `lorc serve` of a workspace, on a port that is free. */
export function serveLorc(workspace: string): Promise<Served> {
  return served([LORC, 'serve', '--port', '0', '--json'], workspace)
}

/** Fastify that keeps rows in SQLite: see its entry. */
export function serveRows(folder: string, rows: number): Promise<Served> {
  return served(['--disable-warning=ExperimentalWarning', ROWS, folder, String(rows)], folder)
}

async function served(words: readonly string[], cwd: string): Promise<Served> {
  const child = spawn(execPath, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended(child)])) as [Buffer]
  child.stdout.resume()
  const { url } = JSON.parse(line.toString()) as { url: string }
  return {
    url,
    pid: child.pid!,
    async stop() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`)
}
