import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writevSync } from 'node:fs'
import { getBuiltinModule, getuid, pid, uptime } from 'node:process'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import type { Part } from './parts.ts'

export interface ScriptOptions {
  /** Compiled code is kept in a folder in it; undefined: nowhere. */
  folder: string | undefined
  /** What the process is about to do, as a part of a file's name: each use has its own code. */
  use: string
  importModule(specifier: string): Promise<unknown>
}

/** Letters at the end of a script that are others for other code. */
const ID_LENGTH = 16
/** The first byte says how many processes have left their code there; what V8 reads has to lie at a multiple of 8. */
const HEADER_LENGTH = 8
/** So many processes add what they called: the first run of a job finds what a later one does not look for. */
const LESSONS = 3
/** V8 forgets code that was not called for a while: a process that took longer does not know any more how it began. */
const LONGEST_LESSON_SEC = 10
const OLD_MS = 30 * 24 * 3_600_000

/**
 * Calls a script of the build (see `asScript` in `tools/config`), with the code that earlier processes compiled. Node's own
 * cache keeps what is compiled when a module is loaded, and not the functions that are compiled when they are first called,
 * which are most of what a command costs.
 *
 * Kept code is used for the very same text alone, and by V8 only where it is of the same version and settings. A file is
 * on the disk before it has its name: there is none that is not whole.
 */
export function loadScript<Exports>(file: string, { folder, use, importModule }: ScriptOptions): Part<Exports> {
  const source = readFileSync(file, 'latin1')
  const place = folder === undefined ? undefined : `${folder}/lorc/${use}-${source.slice(-ID_LENGTH)}`
  const kept = place === undefined ? undefined : readKept(place)
  // Stacks name modules by their URLs.
  const { href } = pathToFileURL(file)
  const script = new Script(source, { filename: href, ...(kept && { cachedData: kept.subarray(HEADER_LENGTH) }) })
  const lessons = kept === undefined || script.cachedDataRejected === true ? 0 : kept[0]!
  const module = { exports: {} as Exports }
  const define = script.runInThisContext() as (...given: unknown[]) => void
  define(module.exports, getBuiltinModule, module, href, importModule)
  return {
    exports: module.exports,
    keep() {
      if (place === undefined || lessons >= LESSONS || uptime() > LONGEST_LESSON_SEC) return
      try {
        keepCode(place, lessons + 1, script.createCachedData())
      } catch {
        // The next process compiles it again.
      }
    },
  }
}

/** V8 runs what it is given: it must be this user's own. */
function readKept(place: string): Buffer | undefined {
  try {
    return statSync(place).uid === getuid?.() ? readFileSync(place) : undefined
  } catch {
    return undefined
  }
}

function keepCode(place: string, lessons: number, code: Buffer): void {
  const folder = place.slice(0, place.lastIndexOf('/'))
  mkdirSync(folder, { recursive: true })
  const draft = `${place}.${pid}.new`
  try {
    const header = Buffer.alloc(HEADER_LENGTH)
    header[0] = lessons
    const fd = openSync(draft, 'wx', 0o600)
    try {
      if (writevSync(fd, [header, code]) < HEADER_LENGTH + code.length) throw new Error('the disk is full')
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, place)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  removeOld(folder)
}

/** Of other versions, or never used again. */
function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const place = `${folder}/${name}`
    if (Date.now() - statSync(place).mtimeMs > OLD_MS) rmSync(place, { force: true })
  }
}
