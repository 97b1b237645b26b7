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

/** Where the blocks of one page run: a folder with `lorc` on PATH (and as `./lorc`), and `@lorc/*` to import. */
export class DocWorkspace implements Disposable {
  readonly path: string
  readonly #home: string
  readonly #root: string

  constructor(root: string, copies: readonly { from: string; to: string }[]) {
    this.#root = root
    const temp = mkdtempSync(join(tmpdir(), 'lorc-docs-'))
    this.path = join(temp, 'workspace')
    this.#home = join(temp, 'home')
    mkdirSync(join(this.#home, 'bin'), { recursive: true })
    mkdirSync(this.path)
    for (const { from, to } of copies) this.#copy(from, to)
    const lorc = join(this.#home, 'bin/lorc')
    writeFileSync(lorc, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'packages/cli/dist/lorc.js')}" "$@"\n`)
    chmodSync(lorc, 0o755)
    symlinkSync(process.execPath, join(this.#home, 'bin/node'))
    if (!existsSync(join(this.path, 'lorc'))) symlinkSync(lorc, join(this.path, 'lorc'))
    this.#linkPackages()
  }

  #copy(from: string, to: string): void {
    const source = join(this.#root, from)
    cpSync(source, join(this.path, to), { recursive: true, filter: (path) => !generated.has(basename(path)) })
    const modules = join(source, 'node_modules')
    if (existsSync(modules)) symlinkSync(modules, join(this.path, to, 'node_modules'))
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
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: this.path, env, encoding: 'utf8', timeout: 120_000 })
    return { code: status, stdout, seen: `${stderr}${stdout}` }
  }

  [Symbol.dispose](): void {
    rmSync(dirname(this.path), { recursive: true, force: true })
  }
}
