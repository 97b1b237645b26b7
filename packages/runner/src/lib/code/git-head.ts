import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Clock } from '../api.ts'
import type { GitCheckout } from '../events.ts'

/** Many runs may begin in one second: they share one look at the files. */
const FRESH_MS = 1000
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * What a folder's git checkout has as HEAD, read from its files (gitrepository-layout(5)): to start git takes longer than
 * a short run. At most a second old.
 */
export class GitHead {
  readonly #folder: string
  readonly #clock: Clock
  #known: { checkout: GitCheckout | undefined; at: number } | undefined
  /** Where `.git` leads; null: the folder is in no checkout. It is looked for once. */
  #places: GitPlaces | null | undefined

  constructor(folder: string, clock: Clock) {
    this.#folder = folder
    this.#clock = clock
  }

  /** Undefined where there is no checkout, or none that can be read. */
  read(): GitCheckout | undefined {
    const at = this.#clock.monotonic()
    if (this.#known && at - this.#known.at < FRESH_MS) return this.#known.checkout
    this.#places ??= placesOf(this.#folder)
    this.#known = { checkout: this.#places ? checkoutOf(this.#places) : undefined, at }
    return this.#known.checkout
  }
}

interface GitPlaces {
  /** Has HEAD. */
  own: string
  /** Has the branches; of a linked worktree another one. */
  common: string
}

function placesOf(folder: string): GitPlaces | null {
  for (let at = folder; ; at = dirname(at)) {
    const dot = join(at, '.git')
    const found = statSync(dot, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) return { own: dot, common: dot }
    const target = found ? textOf(dot)?.match(/^gitdir: (.+)$/m)?.[1] : undefined
    if (target !== undefined) {
      const own = isAbsolute(target) ? target : resolve(at, target)
      const common = textOf(join(own, 'commondir'))
      return { own, common: common === undefined ? own : resolve(own, common) }
    }
    if (dirname(at) === at) return null
  }
}

function checkoutOf({ own, common }: GitPlaces): GitCheckout | undefined {
  const head = textOf(join(own, 'HEAD'))
  if (head === undefined) return undefined
  if (COMMIT.test(head)) return { commit: head }
  const ref = /^ref: (refs\/heads\/(.+))$/.exec(head)
  if (!ref) return undefined
  const [, name, branch] = ref as unknown as [string, string, string]
  const commit = textOf(join(own, name)) ?? textOf(join(common, name)) ?? packed(common, name)
  return commit !== undefined && COMMIT.test(commit) ? { commit, branch } : undefined
}

function packed(common: string, name: string): string | undefined {
  const line = textOf(join(common, 'packed-refs'))?.split('\n').find((one) => one.endsWith(` ${name}`))
  return line?.slice(0, line.indexOf(' '))
}

/** Undefined where it cannot be read. */
function textOf(file: string): string | undefined {
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined
    return readFileSync(file, 'utf8').trimEnd()
  } catch {
    return undefined
  }
}
