import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { mapBounded } from '../bounded.ts'
import { isOwn, type CodeLanguage, type CodeUse } from './languages/language.ts'
import { nodeLanguage, packageOf } from './languages/node.ts'
import { pythonLanguage } from './languages/python.ts'
import { shellLanguage } from './languages/shell.ts'
import { requestsOf } from './code-requests.ts'
import type { JobPlace } from '../job-port.ts'
import type { CodeHashes, CodeScan } from './code-scan.ts'
import { KeptScans } from './kept-scans.ts'
import type { PlanStep } from '../plan.ts'
import { sha256Hex } from '../journal/sha256.ts'
import { resolveNodeModule, resolvePythonModule, resolveScript, type Workspace } from '../workspace/workspace.ts'

/** Files that are read at once: one that cannot be opened would pass for one that is not there. */
const WIDTH = 64

interface Code {
  language: CodeLanguage
  use: CodeUse
}

/**
 * The code that steps are made of: the file that each names and what that imports inside the workspace, and so on.
 * A file is read anew once it changes.
 */
export class CodeFiles {
  readonly #workspace: Workspace
  readonly #kept = new KeptScans()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** Of steps that name no code, or code that is not there, nothing. Sorted by path. */
  async hashes(steps: readonly PlanStep[]): Promise<CodeHashes> {
    return (await this.scan(steps)).hashes
  }

  /** As `hashes`, with what packages those are. */
  async scan(steps: readonly PlanStep[]): Promise<CodeScan> {
    const kept = this.#kept.get(steps)
    if (kept) return kept
    const begun = Date.now()
    const { found, seen } = await this.#walk(await this.#named(steps))
    const scan = { hashes: sorted(found.hashes), packages: sorted(found.packages) }
    this.#kept.keep(steps, [...this.#namedFiles(steps), ...seen], scan, begun)
    return scan
  }

  /** A file of JavaScript or TypeScript, and what it imports inside the workspace, and so on: absolute paths. */
  async filesOf(file: string): Promise<string[]> {
    return (await this.#walk([{ language: nodeLanguage, use: { file } }])).seen
  }

  async #walk(codes: readonly Code[]): Promise<{ found: Found; seen: string[] }> {
    const found: Found = { hashes: new Map(), packages: new Map() }
    const seen = new Set<string>()
    for (let next = codes; next.length > 0; ) {
      const fresh = next.filter(({ use }) => isFirst(seen, nameOf(use)))
      // To start the threads that read files takes longer than to read one.
      const read = fresh.length === 1 ? readAtOnce : readFile
      next = (await mapBounded(fresh, WIDTH, (code) => this.#read(code, found, read))).flat()
    }
    return { found, seen: [...seen].filter(isAbsolute) }
  }

  /** Where what steps name would be, whether or not it is there: a link there may come to lead elsewhere. */
  #namedFiles(steps: readonly PlanStep[]): string[] {
    const names = new Set(steps.flatMap(({ module, script }) => module ?? script ?? []))
    return [...names].map((name) => join(this.#workspace.root, name))
  }

  async #named(steps: readonly PlanStep[]): Promise<Code[]> {
    const named = new Map<string, PlanStep>()
    let before: PlanStep | undefined
    for (const step of steps) {
      const { type, module, script, job } = step
      // Neighbours often share their code.
      if (before?.type === type && before.module === module && before.script === script && before.job === job) continue
      before = step
      const name = module ?? script ?? (job && JSON.stringify([job.package, job.name]))
      if (name !== undefined) named.set(`${type} ${name}`, step)
    }
    const codes = await Promise.all([...named.values()].map((step) => this.#codeOf(step)))
    return codes.flat()
  }

  async #codeOf({ type, module, script, job }: PlanStep): Promise<Code[]> {
    const workspace = this.#workspace
    try {
      if (type === 'shell' && script) return [{ language: shellLanguage, use: { file: await resolveScript(workspace, script) } }]
      if (type === 'python' && module) {
        const file = await resolvePythonModule(workspace, module)
        const uses = [{ file }, ...(await pythonLanguage.resolve(module, file, workspace))]
        return uses.map((use) => ({ language: pythonLanguage, use }))
      }
      if (type === 'job' && job) {
        const place = await workspace.jobs?.locate(job.package, job.name)
        return place ? [{ language: nodeLanguage, use: jobUse(place, job.name, workspace) }] : []
      }
      if (type !== 'node' || !module) return []
      const file = await resolveNodeModule(workspace, module)
      const use = isOwn(workspace, file) ? { file } : await packageOf(file)
      return use ? [{ language: nodeLanguage, use }] : []
    } catch {
      return []
    }
  }

  async #read({ language, use }: Code, { hashes, packages }: Found, read: (file: string) => Promise<Buffer>): Promise<Code[]> {
    if ('package' in use) {
      packages.set(use.package, use.version)
      const content = use.module && (await read(use.module.file).catch(() => ''))
      hashes.set(nameOf(use), sha256Hex(`${use.package}@${use.version}${content?.toString('utf8') ?? ''}`))
      return []
    }
    const { file } = use
    const content = await read(file).catch(() => undefined)
    if (!content) return []
    const sha256 = sha256Hex(content)
    hashes.set(relative(this.#workspace.root, file).split(sep).join('/'), sha256)
    const requests = await requestsOf(language, file, content, sha256)
    const uses = await Promise.all(requests.map((request) => language.resolve(request, file, this.#workspace)))
    return uses.flat().map((used) => ({ language, use: used }))
  }
}

async function readAtOnce(file: string): Promise<Buffer> {
  return readFileSync(file)
}

interface Found {
  hashes: Map<string, string>
  packages: Map<string, string>
}

function sorted(found: ReadonlyMap<string, string>): { [name: string]: string } {
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A job of a package that is linked from the workspace is known by its files. */
function jobUse({ file, package: name, version }: JobPlace, job: string, workspace: Workspace): CodeUse {
  return isOwn(workspace, file) ? { file } : { package: name, version, module: { name: job, file } }
}

/** The paths whose hash differs, or that are on one side only; sorted. */
export function changedPaths(before: CodeHashes, now: CodeHashes): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...paths].filter((path) => before[path] !== now[path]).sort()
}

function nameOf(use: CodeUse): string {
  return 'file' in use ? use.file : `npm:${use.package}${use.module ? `/${use.module.name}` : ''}`
}

function isFirst(seen: Set<string>, name: string): boolean {
  if (seen.has(name)) return false
  seen.add(name)
  return true
}
