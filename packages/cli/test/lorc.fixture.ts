import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { env, execPath } from 'node:process'
import type { Readable } from 'node:stream'

/** The source, or what `npm test` names: the built program, as users run it. */
const PROGRAM = resolve(import.meta.dirname, '../../..', env['LORC_PROGRAM'] ?? 'packages/cli/src/lorc.ts')

/** What starts `lorc`: its words follow, and `flags` are for Node. */
export const lorcLine = (...flags: readonly string[]): string[] => [execPath, '--conditions=@lorc/source', ...flags, PROGRAM]

export interface Ended {
  exit: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface LorcOptions {
  env?: Record<string, string>
}

/** A folder with files in it, and `lorc` run there from its source. */
export class Workspace {
  readonly folder: string
  readonly #running = new Set<Started>()

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Scripts (`.sh`) are made executable. */
  static async make(files: Record<string, string>): Promise<Workspace> {
    const workspace = new Workspace(await realpath(await mkdtemp(join(tmpdir(), 'lorc-cli-'))))
    for (const [name, text] of Object.entries(files)) await workspace.write(name, text)
    return workspace
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    if (name.endsWith('.sh')) await chmod(path, 0o755)
  }

  start(words: readonly string[], options: LorcOptions = {}): Started {
    const started = new Started(this.command(words), this.folder, options)
    this.#running.add(started)
    void started.ended.then(() => this.#running.delete(started))
    return started
  }

  /** Starts a service, and waits until it listens. Rejects with what it said where it ends before. */
  async serve(): Promise<{ url: string; server: Started }> {
    const server = this.start(['serve', '--port', '0', '--json'])
    return { server, url: (JSON.parse(await server.firstLine()) as { url: string }).url }
  }

  lorc(words: readonly string[], options: LorcOptions = {}): Promise<Ended> {
    return this.start(words, options).ended
  }

  /** The same through a shell: `line` follows `lorc`. */
  shell(line: string): Promise<Ended> {
    const lorc = this.command([])
      .map((word) => `'${word}'`)
      .join(' ')
    return new Started(['/bin/sh', '-c', `lorc() { ${lorc} "$@"; }; lorc ${line}`], this.folder, {}).ended
  }

  command(words: readonly string[]): string[] {
    return [...lorcLine(), ...words]
  }

  /** Ends what was started here and goes on, too. */
  async remove(): Promise<void> {
    for (const started of this.#running) started.kill('SIGKILL')
    await Promise.all([...this.#running].map(({ ended }) => ended))
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** `lorc` while it runs. */
export class Started {
  readonly process: ChildProcessByStdio<null, Readable, Readable>
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''

  constructor([program = '', ...words]: readonly string[], cwd: string, options: LorcOptions) {
    const { PATH = '' } = env
    const own = { PATH, HOME: cwd, LANG: 'C.UTF-8', ...options.env }
    const child = spawn(program, words, { cwd, env: own, stdio: ['ignore', 'pipe', 'pipe'] })
    this.process = child
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = once(child, 'close').then(([exit, signal]) => ({
      exit: exit as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }))
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  /** Resolves when stderr has held `text`; rejects when the process ends before. */
  async says(text: string): Promise<void> {
    await this.#until(this.process.stderr, () => this.stderr.includes(text), `saying "${text}"`)
  }

  /** Of stdout; rejects when the process ends before. */
  async firstLine(): Promise<string> {
    await this.#until(this.process.stdout, () => this.stdout.includes('\n'), 'printing a line')
    return this.stdout.slice(0, this.stdout.indexOf('\n'))
  }

  async #until(stream: Readable, isThere: () => boolean, what: string): Promise<void> {
    while (!isThere()) {
      const ended = await Promise.race([once(stream, 'data').then(() => false), this.ended.then(() => true)])
      if (ended && !isThere()) throw new Error(`ended without ${what}:\n${this.stderr}`)
    }
  }
}

/** The one line of stdout; throws when there is none, or more. */
export function resultLine({ stdout, stderr }: Ended): Record<string, unknown> {
  if (!/^[^\n]+\n$/.test(stdout))
    throw new Error(`stdout is not one line: ${JSON.stringify(stdout)}\nstderr: ${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}
