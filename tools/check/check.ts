import { spawn } from 'node:child_process'

/** One thing that `npm test` makes sure of: a program that exits with 0. */
export interface Check {
  name: string
  command: readonly [program: string, ...args: string[]]
  /** Checks that must have passed before. */
  needs?: readonly string[]
  env?: Readonly<Record<string, string>>
}

export interface CheckResult {
  name: string
  passed: boolean
  ms: number
  /** Everything it printed, stdout and stderr as they came. */
  output: string
}

/** Runs one check to its end. Never rejects: a program that does not start is a failed check. */
export const runCheck = (check: Check, cwd: string, env: NodeJS.ProcessEnv): Promise<CheckResult> =>
  new Promise((resolve) => {
    const [program, ...args] = check.command
    const started = performance.now()
    const chunks: Buffer[] = []
    const end = (passed: boolean, last = ''): void =>
      resolve({ name: check.name, passed, ms: performance.now() - started, output: Buffer.concat(chunks).toString() + last })
    const child = spawn(program, args, { cwd, env: { ...env, ...check.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => end(false, String(error)))
    child.on('close', (code, signal) => end(code === 0, signal === null ? '' : `\nended by ${signal}`))
  })
