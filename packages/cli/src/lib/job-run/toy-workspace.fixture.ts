import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fakeIo, type FakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { realEngine } from '../real-engine.ts'

const EVENT_CLIENT = JSON.stringify(import.meta.resolve('@lorc/event-client'))

export interface Said {
  exit: number
  stdout: string
  stderr: string
}

/** A workspace with an installed package `@acme/toy` that has jobs, and `lorc` there in this process. */
export class ToyWorkspace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-toy-')))
  readonly env: Record<string, string> = {}

  /** `jobs` are the exports of the package's module. */
  constructor(jobs: string) {
    this.write('package.json', JSON.stringify({ name: 'app', dependencies: { '@acme/toy': '1.0.0' } }))
    this.jobs(jobs)
  }

  jobs(code: string): void {
    const names = [...code.matchAll(/export (?:const|async function|function) (\w+)/g)].map(([, name]) => name!)
    const jobs = Object.fromEntries(names.map((name) => [name, `./jobs.mjs#${name}`]))
    this.write('node_modules/@acme/toy/package.json', JSON.stringify({ name: '@acme/toy', version: '1.0.0', lorc: { jobs } }))
    this.write('node_modules/@acme/toy/jobs.mjs', `import { defineJob, TransientError } from ${EVENT_CLIENT}\n${code}`)
  }

  write(name: string, text: string): void {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  async lorc(words: readonly string[], more: Partial<FakeIo> = {}): Promise<Said> {
    const io = Object.assign(fakeIo({ cwd: this.folder, env: this.env }), { now: Date.now, pid: process.pid, ...more })
    const exit = await main(words, { io, engine: realEngine('1.0.0'), version: '1.0.0' })
    return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
  }

  /** The same, for a command that prints lines of JSON. */
  async run(...words: string[]): Promise<{ exit: number; lines: Record<string, unknown>[]; stderr: string }> {
    const { exit, stdout, stderr } = await this.lorc(words)
    const lines = stdout.split('\n').slice(0, -1)
    return { exit, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), stderr }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
