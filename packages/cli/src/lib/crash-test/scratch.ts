import { createHash } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, sep } from 'node:path'

/** What runs leave, and what has nothing to do with them: not copied. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.lorc', 'runs', '.git'])
/** Large, and only read: linked. */
const LINKED: ReadonlySet<string> = new Set(['node_modules', '.venv'])
const NOT_OURS: ReadonlySet<string> = new Set([...LEFT_OUT, ...LINKED, '__pycache__'])

/** Content of the files of a workspace by their paths, as SHA-256 with the number of bytes. */
export type Contents = ReadonlyMap<string, { sha256: string; bytes: number }>

/** A copy of a workspace in which a run may do what it likes. */
export class Scratch {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  /** `.lorc`, `runs` and `.git` stay behind; `node_modules` and `.venv` are linked. */
  static async copy(workspace: string): Promise<Scratch> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'lorc-crash-test-')))
    const filter = (path: string): boolean =>
      path === workspace || !(LINKED.has(basename(path)) || LEFT_OUT.has(relative(workspace, path)))
    await cp(workspace, root, { recursive: true, filter, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true })
    for (const name of LINKED) if (existsSync(join(workspace, name))) await symlink(join(workspace, name), join(root, name))
    return new Scratch(root)
  }

  /** The same path in the copy. */
  at(path: string, workspace: string): string {
    return join(this.root, relative(workspace, path))
  }

  /** What the files hold, artifacts of the run included. The run's id counts as the same in all runs. */
  async contents(runId: string): Promise<Contents> {
    const found = new Map<string, { sha256: string; bytes: number }>()
    const visit = async (folder: string, top: boolean): Promise<void> => {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name)
        if (entry.isDirectory() && !(top ? NOT_OURS : LINKED).has(entry.name) && entry.name !== '__pycache__') await visit(path, false)
        else if (entry.isFile()) found.set(this.#nameOf(path, runId), await digest(path, runId))
      }
    }
    await visit(this.root, true)
    if (existsSync(join(this.root, 'runs'))) await visit(join(this.root, 'runs'), false)
    return found
  }

  #nameOf(path: string, runId: string): string {
    return relative(this.root, path).replaceAll(sep, '/').replaceAll(runId, '<run>')
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function digest(path: string, runId: string): Promise<{ sha256: string; bytes: number }> {
  const content = await readFile(path)
  const same = content.includes(runId) ? content.toString('latin1').replaceAll(runId, '<run>') : content
  return { sha256: createHash('sha256').update(same).digest('hex'), bytes: content.length }
}
