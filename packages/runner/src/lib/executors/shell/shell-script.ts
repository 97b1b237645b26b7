import { accessSync, closeSync, constants, openSync, readSync, statSync, type Stats } from 'node:fs'
import { basename, join } from 'node:path'
import { resolveScript, type Workspace } from '../../workspace/workspace.ts'

interface Known {
  stamp: string
  argv: readonly string[]
}

/** Finds scripts of a workspace, and how each is started. Looks again only at a script that changed. */
export class ShellScripts {
  readonly #workspace: Workspace
  readonly #known = new Map<string, Known>()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /**
   * What starts a script: its real path, with its interpreter before it when it cannot be executed itself (that of its
   * first line, else `/bin/sh`). Throws RunnerError as `resolveScript` does.
   */
  locate(path: string): readonly string[] | Promise<readonly string[]> {
    const stamp = stampOf(join(this.#workspace.root, path))
    const known = this.#known.get(path)
    return known !== undefined && known.stamp === stamp ? known.argv : this.#look(path, stamp)
  }

  async #look(path: string, stamp: string | undefined): Promise<readonly string[]> {
    const file = await resolveScript(this.#workspace, path)
    const argv = [...interpreterOf(file), file]
    if (stamp !== undefined) this.#known.set(path, { stamp, argv })
    return argv
  }
}

function stampOf(path: string): string | undefined {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.mode}`
}

/** What keeps a script that failed from running as it was meant to; undefined: nothing that can be seen from outside. */
export function scriptAdvice(file: string): string | undefined {
  if (!/^[^\n]*\r\n/.test(firstBytes(file))) return undefined
  return `The lines of ${basename(file)} end as on Windows (CRLF), and the carriage return counts as part of each command: save it with LF, as by \`sed -i 's/\\r$//'\`.`
}

/** Nothing for what the kernel starts by itself. */
function interpreterOf(file: string): string[] {
  const head = firstBytes(file)
  const line = /^#![ \t]*(\S+)(?:[ \t]+(.*\S))?/.exec(head)
  const native = line !== null || head.startsWith('\x7fELF') || /^[\xca\xcf\xfe\xce]/.test(head)
  if (native && isExecutable(file)) return []
  return line === null ? ['/bin/sh'] : [line[1] ?? '/bin/sh', ...(line[2] === undefined ? [] : [line[2]])]
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function firstBytes(file: string): string {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(256)
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0))
  } finally {
    closeSync(fd)
  }
}
