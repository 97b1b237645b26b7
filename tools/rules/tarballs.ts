import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Tarball {
  /** As in `package.json`. */
  name: string
  path: string
  /** Whether it can be imported: a program alone cannot. */
  importable: boolean
  /** What is in it, relative to the package. */
  files: string[]
}

export interface Tarballs extends Disposable {
  /** A temporary folder; tarballs lie in it, and it goes when this is disposed of. */
  readonly folder: string
  readonly all: readonly Tarball[]
  /** Of the examples that were asked for. */
  readonly examples: readonly Tarball[]
}

interface Manifest {
  name: string
  private?: boolean
  exports?: Record<string, unknown>
}

/**
 * Packs every package of `root` that is published, as `pnpm publish` would, and `examples`, as whoever copies them would. They
 * must have been built.
 */
export const packAll = async (root: string, examples: readonly string[] = []): Promise<Tarballs> => {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-pack-'))
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  const pack = async (cwd: string, anyway: boolean): Promise<Tarball[]> => {
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Manifest
    if (manifest.private === true && !anyway) return []
    const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', folder], { cwd, maxBuffer: 16 << 20 })
    const { filename, files } = JSON.parse(stdout) as { filename: string; files: { path: string }[] }
    return [{ name: manifest.name, path: filename, importable: manifest.exports?.['.'] !== undefined, files: files.map(({ path }) => path) }]
  }
  return {
    folder,
    all: (await Promise.all(packages.map((cwd) => pack(cwd, false)))).flat(),
    examples: (await Promise.all(examples.map((name) => pack(join(root, 'examples', name), true)))).flat(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
