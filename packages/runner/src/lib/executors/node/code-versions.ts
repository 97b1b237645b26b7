import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CodeFiles } from '../../code/code-files.ts'
import { isOwn } from '../../code/languages/language.ts'
import { lastChangeOf, stateOfFiles, UnchangedFiles } from '../../code/file-state.ts'
import { sha256Hex } from '../../journal/sha256.ts'
import { allowedFolders, type Workspace } from '../../workspace/workspace.ts'
import { versioned, type CodeVersion } from './version-imports.ts'

/** Runs whose versions are remembered; an older one gets what a new run gets. */
const RUNS_KEPT = 256
/** The times of files are as coarse as this. Milliseconds. */
const COARSE = 20

/**
 * The first run of this process in each workspace, by the workspace's path. It imports modules by their own URLs, and Node keeps those
 * until the process ends, whoever else runs something there.
 */
const firsts = new Map<string, { readonly runId: string; readonly since: number }>()

interface Latest extends CodeVersion {
  /** Unix milliseconds, before it was imported. */
  readonly since: number
  /** What it is made of; undefined until a second run asks, so that a process with one run need not look. */
  files?: UnchangedFiles
}

/**
 * Which version of a module a run imports: within a run that which it imported first, else the one that is there, with
 * all that it imports of the workspace. Node imports nothing twice, so a later version has a URL of its own.
 */
export class CodeVersions {
  readonly #allow: readonly string[]
  readonly #runs = new Map<string, Map<string, CodeVersion>>()
  readonly #latest = new Map<string, Latest>()
  readonly #looking = new Map<string, Promise<Latest>>()

  /** `allow`: as in Workspace. */
  constructor(allow: readonly string[]) {
    this.#allow = allow
  }

  /** Undefined where files have to be read to tell. */
  known(runId: string, file: string): CodeVersion | undefined {
    const known = this.#runs.get(runId)?.get(file)
    if (known) return known
    const latest = this.#latest.get(file)
    return latest?.files?.areUnchanged === true ? this.#remember(runId, file, latest) : undefined
  }

  async locate(runId: string, file: string, root: string): Promise<CodeVersion> {
    const known = this.known(runId, file)
    if (known) return known
    if (!firsts.has(root)) firsts.set(root, { runId, since: Date.now() })
    let looking = this.#looking.get(file)
    if (!looking) {
      looking = this.#look(runId, file, { root, allow: this.#allow }).finally(() => this.#looking.delete(file))
      this.#looking.set(file, looking)
    }
    const latest = await looking
    // Another attempt of the run may have been quicker: a run has one version.
    return this.#runs.get(runId)?.get(file) ?? this.#remember(runId, file, latest)
  }

  async #look(runId: string, file: string, workspace: Workspace): Promise<Latest> {
    const before = this.#latest.get(file)
    const version = await this.#version(runId, file, workspace, before)
    this.#latest.set(file, version)
    return version
  }

  async #version(runId: string, file: string, workspace: Workspace, before: Latest | undefined): Promise<Latest> {
    const since = Date.now()
    const { href: url } = pathToFileURL(file)
    const first = firsts.get(workspace.root)!
    if (!before && runId === first.runId) return { url, since }
    const folders = foldersOf(file, workspace)
    const paths = [...(await new CodeFiles(workspace).filesOf(file)), ...folders.map((folder) => join(folder, 'package.json'))]
    const files = new UnchangedFiles(paths)
    const isNew = (path: string, since: number): boolean => lastChangeOf([path]) >= since - COARSE
    const isOld = before?.files ? before.files.areUnchanged : !paths.some((path) => isNew(path, (before ?? first).since))
    if (before && isOld) return Object.assign(before, { files })
    if (isOld) return { url, since, files }
    // Named after what has changed: modules that import the same changed file share it.
    const changed = paths.filter((path) => isNew(path, first.since))
    return { ...versioned(url, sha256Hex(stateOfFiles(changed.length > 0 ? changed : paths)).slice(0, 12), folders), since, files }
  }

  #remember(runId: string, file: string, version: CodeVersion): CodeVersion {
    const [oldest] = this.#runs.keys()
    if (this.#runs.size >= RUNS_KEPT && !this.#runs.has(runId)) this.#runs.delete(oldest!)
    const versions = this.#runs.get(runId) ?? new Map<string, CodeVersion>()
    this.#runs.set(runId, versions.set(file, version))
    return version
  }
}

/** Whose files are of one version with this one: the workspace's, or those of the installed package that has it. */
function foldersOf(file: string, workspace: Workspace): string[] {
  if (isOwn(workspace, file)) return [workspace.root, ...allowedFolders(workspace)]
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return [folder]
  }
  return []
}
