import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

/** A folder with files, as a test needs it. */
export class ScratchWorkspace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-jobs-')))

  readonly #then = Date.now() / 1000 - 3600
  #writes = 0

  /**
   * A value that is not text is written as JSON. Each file is written a second after the one before, and long ago, so that
   * caches may trust it; folders do not tell that they were written to.
   */
  write(path: string, content: unknown): void {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    this.#writes++
    utimesSync(file, this.#then + this.#writes, this.#then + this.#writes)
    this.age(dirname(path))
  }

  /** A package with jobs; each has a module `dist/NAME.js`. */
  package(folder: string, manifest: Record<string, unknown>, ...jobs: string[]): void {
    this.write(`${folder}/package.json`, { version: '1.0.0', ...manifest, ...jobsOf(jobs) })
    for (const job of jobs) this.write(`${folder}/dist/${job}.js`, '')
  }

  /** Makes a schema library importable, as a job author has it. */
  linkZod(): void {
    this.link('node_modules/zod', dirname(require.resolve('zod/package.json')))
  }

  /** Makes `defineJob` importable, as a job author has it. */
  linkEventClient(): void {
    this.link('node_modules/@lorc/event-client', fileURLToPath(new URL('../../../event-client', import.meta.url)))
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    symlinkSync(target, join(this.root, path))
  }

  /** Makes a folder, and those above it, look as old as when the first was made. */
  age(folder: string): void {
    for (let at = join(this.root, folder); at.startsWith(this.root); at = dirname(at)) utimesSync(at, this.#then, this.#then)
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

function jobsOf(names: readonly string[]): object {
  return names.length === 0 ? {} : { lorc: { jobs: Object.fromEntries(names.map((name) => [name, `./dist/${name}.js#${name}`])) } }
}
