import { spawnSync } from 'node:child_process'
import { appendFile, cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, lorcLine, Started } from '../lorc.fixture.ts'
import { copyJournals, type Copy } from './journal-copy.ts'
import { processesOf } from './processes.ts'
import { ORDER_VARIABLE, type SabotageOrder, type Trace } from './sabotage-order.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const FIXTURE = at('../fixtures/crash')
const SABOTAGE = at('./sabotage.ts')

/** How often an effect was had: by which attempt, with which key. */
export interface Effect {
  step: string
  attempt: number
  key: string
}

export interface StartOptions {
  order?: SabotageOrder
  /** A program with its arguments that starts lorc, whose own command line follows. */
  under?: readonly string[]
}

/** A workspace of its own, with real processes in it. */
export class Site {
  readonly folder: string
  /** Runs that were made before. */
  readonly earlier: ReadonlySet<string>

  private constructor(folder: string, earlier: ReadonlySet<string>) {
    this.folder = folder
    this.earlier = earlier
  }

  /** With the files of `fixtures/crash`, or those of another site, whose runs count as earlier ones. */
  static async make(template?: Site, config?: object): Promise<Site> {
    const runs = template === undefined ? [] : (await template.copy()).runs
    const site = new Site(
      await copyOf(template?.folder ?? FIXTURE),
      new Set([...(template?.earlier ?? []), ...runs.map(({ runId }) => runId)]),
    )
    if (config === undefined) return site
    const file = site.path('lorc.config.json')
    await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), ...config }))
    return site
  }

  /** A copy in which things may go otherwise. */
  async fork(): Promise<Site> {
    return new Site(await copyOf(this.folder), this.earlier)
  }

  start(words: readonly string[], { order, under = [] }: StartOptions = {}): Started {
    const ordered =
      order === undefined ? {} : { [ORDER_VARIABLE]: JSON.stringify({ trace: this.path('trace'), ...order }) }
    const preload = order === undefined ? [] : ['--import', SABOTAGE]
    const line = lorcLine('--disable-warning=ExperimentalWarning', ...preload)
    return new Started([...under, ...line, ...words], this.folder, { env: ordered })
  }

  lorc(words: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(words, options).ended
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  /** The store as it is on the disk now, opened elsewhere so that it stays as it is here. */
  copy(): Promise<Copy> {
    return copyJournals(this.path('.lorc'), this.earlier)
  }

  async effects(): Promise<Effect[]> {
    const lines = await linesOf(this.path('effects'))
    return lines.map((line) => {
      const [step = '', attempt, key = ''] = line.split(' ')
      return { step, attempt: Number(attempt), key }
    })
  }

  async traces(file = this.path('trace')): Promise<Trace[]> {
    return (await linesOf(file)).map((line) => JSON.parse(line) as Trace)
  }

  /** Lets steps go on that wait for the file `go`. */
  async go(): Promise<void> {
    await appendFile(this.path('go'), '')
  }

  /** Resolves when no process of this workspace is left; rejects after `ms`, naming those that are. */
  async quiet(ms = 3000): Promise<void> {
    for (let waited = 0; ; waited += 20) {
      const left = processesOf(this.folder)
      if (left.length === 0) return
      if (waited >= ms)
        throw new Error(`still there after ${ms} ms: ${left.map(({ pid, line }) => `${pid} ${line}`).join('; ')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Ends what a failed test left behind as well. */
  async remove(): Promise<void> {
    for (const { pid } of processesOf(this.folder)) spawnSync('kill', ['-9', String(pid)])
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

async function copyOf(folder: string): Promise<string> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'lorc-crash-')))
  await cp(folder, copy, { recursive: true, preserveTimestamps: true })
  return copy
}
