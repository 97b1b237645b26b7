import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** A small workspace in a temporary folder, to break the rules in. */
export interface Scratch extends Disposable {
  readonly path: string
  /** Writes files; `undefined` removes one. */
  write(files: Readonly<Record<string, string | undefined>>): void
  /** Runs a program of the repository's `node_modules/.bin`, or a script of it, in the workspace. */
  run(program: string, ...args: string[]): { code: number | null; output: string }
}

const manifest = (name: string, dependencies: readonly string[]): string =>
  JSON.stringify({
    name: `@lorc/${name}`,
    version: '0.1.0',
    license: 'MIT',
    type: 'module',
    exports: { '.': { '@lorc/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
    dependencies: Object.fromEntries(dependencies.map((dependency) => [`@lorc/${dependency}`, 'workspace:*'])),
  })

/** A workspace of three packages that keeps every rule, with the repository's own settings. */
export const scratchWorkspace = (): Scratch => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-rules-')))
  const scratch: Scratch = {
    path,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        if (text === undefined) rmSync(join(path, name), { force: true })
        else writeFileSync(join(path, name), text)
      }
    },
    run(program, ...args) {
      const script = program.endsWith('.ts')
      const command = script ? process.execPath : join(root, 'node_modules/.bin', program)
      const all = script ? [join(root, program), ...args] : args
      const done = spawnSync(command, all, { cwd: path, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
      return { code: done.status, output: `${done.stdout}${done.stderr}` }
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'eslint.config.js', 'knip.json']) cpSync(join(root, file), join(path, file))
  const packages = { context: [], runner: ['context'], cli: ['context', 'runner'] }
  for (const [name, dependencies] of Object.entries(packages)) {
    scratch.write({
      [`packages/${name}/package.json`]: manifest(name, dependencies),
      [`packages/${name}/src/index.ts`]: `export { ${name} } from './lib/${name}.ts'\n`,
      [`packages/${name}/src/lib/${name}.ts`]: `${dependencies.map((from) => `import { ${from} } from '@lorc/${from}'\n`).join('')}\nexport const ${name} = (): string => [${["'" + name + "'", ...dependencies.map((from) => `${from}()`)].join(', ')}].join(' ')\n`,
    })
    mkdirSync(join(path, 'packages', name, 'node_modules/@lorc'), { recursive: true })
    for (const from of dependencies) symlinkSync(join(path, 'packages', from), join(path, 'packages', name, 'node_modules/@lorc', from))
  }
  return scratch
}
