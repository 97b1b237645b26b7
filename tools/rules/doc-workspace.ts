import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

const generated = new Set(['node_modules', '.lorc', 'runs', 'dist', '__pycache__'])

export interface Ran {
  code: number | null
  stdout: string
  /** stderr, then stdout: what a terminal shows of a program that reports at the end. */
  seen: string
}

export interface Copy {
  from: string
  to: string
}

/**
 * Where the blocks of one page run: an image of the repository that holds what is copied into it and `./lorc`, with
 * `lorc` on PATH and `@lorc/*` to import. Blocks run in its folder `place`.
 */
export class DocWorkspace implements Disposable {
  /** The folder that blocks run in. */
  readonly path: string
  readonly #image: string
  readonly #home: string
  readonly #root: string

  constructor(root: string, place: string, copies: readonly Copy[]) {
    this.#root = root
    const temp = mkdtempSync(join(tmpdir(), 'lorc-docs-'))
    this.#image = join(temp, 'workspace')
    this.path = join(this.#image, place)
    this.#home = join(temp, 'home')
    mkdirSync(join(this.#home, 'bin'), { recursive: true })
    mkdirSync(this.path, { recursive: true })
    for (const { from, to } of copies) this.#copy(from, to)
    const lorc = join(this.#home, 'bin/lorc')
    writeFileSync(lorc, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'packages/cli/dist/lorc.js')}" "$@"\n`)
    chmodSync(lorc, 0o755)
    symlinkSync(process.execPath, join(this.#home, 'bin/node'))
    symlinkSync(lorc, join(this.#image, 'lorc'))
    this.#linkPackages()
  }

  #copy(from: string, to: string): void {
    const source = join(this.#root, from)
    cpSync(source, join(this.#image, to), { recursive: true, filter: (path) => !generated.has(basename(path)) })
    const [modules, here] = [join(source, 'node_modules'), join(this.#image, to, 'node_modules')]
    if (existsSync(modules) && !existsSync(here)) symlinkSync(modules, here)
  }

  #linkPackages(): void {
    if (existsSync(join(this.path, 'node_modules'))) return
    mkdirSync(join(this.path, 'node_modules/@lorc'), { recursive: true })
    writeFileSync(join(this.path, 'package.json'), '{ "private": true, "type": "module" }\n', { flag: 'a' })
    for (const name of readdirSync(join(this.#root, 'packages'))) {
      symlinkSync(join(this.#root, 'packages', name), join(this.path, 'node_modules/@lorc', name))
    }
  }

  write(file: string, text: string): void {
    const path = join(this.path, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    if (text.startsWith('#!')) chmodSync(path, 0o755)
  }

  /** Runs commands as a shell script that stops at the first that fails. */
  run(script: string): Ran {
    const { PATH, LANG = 'C.UTF-8' } = process.env
    const env = { HOME: this.#home, PATH: `${join(this.#home, 'bin')}:${PATH ?? ''}`, LANG, NO_COLOR: '1' }
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: this.path,
      env,
      encoding: 'utf8',
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { code: status, stdout, seen: `${stderr}${stdout}` }
  }

  [Symbol.dispose](): void {
    rmSync(dirname(this.#image), { recursive: true, force: true })
  }
}
