import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Options } from 'tsup'
import { templateFiles } from './templates.ts'

/** What every package's build has in common. Node's builtins keep their `node:` prefix: `node:sqlite` has no other name. */
const base: Options = {
  format: 'esm',
  target: 'node22.18',
  platform: 'node',
  outDir: 'dist',
  clean: true,
  splitting: true,
  removeNodeProtocol: false,
  silent: true,
}

type Entries = Record<string, string>

const named = (names: readonly string[]): Entries => Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]))

/**
 * Files that are started as processes or threads of their own: each `src/lib/**\/<name>-entry.ts` of the package in
 * folder `from` becomes `dist/<name>-entry.js`. Chunks lie flat in `dist` too, so built code finds an entry as
 * `new URL('./<name>-entry.js', import.meta.url)`, whichever package it was bundled into.
 */
const processEntries = (from: string): Entries =>
  Object.fromEntries(globSync(`${from}/src/lib/**/*-entry.ts`).map((path) => [basename(path, '.ts'), path]))

/**
 * Takes from a builtin what is used of it, and nothing else: an `import` reads every export of the builtin, and those of
 * `node:fs`, `node:util` and `node:process` are getters that load streams, workers and the standard streams. The exports
 * are marked as pure, so that the bundler drops those that nobody imports.
 */
export const builtinsOnUse = {
  name: 'builtins-on-use',
  setup(build: { onResolve: PluginHook<{ path: string }>; onLoad: PluginHook<{ path: string }> }) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }))
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: usedExports(path),
      loader: 'js',
    }))
  },
}

const usedExports = (path: string): string => {
  const builtin = process.getBuiltinModule(path) as object
  const names = Object.keys(builtin).filter((name) => /^[A-Za-z_]\w*$/.test(name) && name !== 'default')
  return [
    `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`,
    'const take = (name) => builtin[name]',
    'export default builtin',
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ take(${JSON.stringify(name)})`),
  ].join('\n')
}

/**
 * Has whatever is loaded lazily import `core`, which is there by then: so all that `core` is made of is wanted by the same
 * entries, and lies in one chunk instead of one for each set of entries that share a module. Finding a file costs a start
 * more than reading what it does not need.
 */
const oneCore = (core: string): Plugin => ({
  name: 'one-core',
  setup(build) {
    const lazy = new Set<string>()
    build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'one-core') return undefined
      const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: 'one-core' })
      if (found.namespace === 'file' && found.path !== core) lazy.add(found.path)
      return found
    })
    build.onLoad({ filter: /\.[cm]?[jt]s$/, namespace: 'file' }, ({ path }) => {
      if (!lazy.has(path)) return undefined
      const contents = `${readFileSync(path, 'utf8')}\nimport * as core from ${JSON.stringify(core)}\nif (!core) throw core\n`
      return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' }
    })
  },
})

/**
 * Leaves the modules that are built alone to their own files beside the program: what they share with it would else be one
 * more chunk for every command to find.
 */
const loadedAlone = (alone: readonly string[]): Plugin => ({
  name: 'loaded-alone',
  setup(build) {
    const paths = new Set(alone.map((path) => resolve(path)))
    build.onResolve({ filter: /./ }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' && paths.has(resolve(resolveDir, path)) ? { path: `./${basename(path, '.ts')}.js`, external: true } : undefined,
    )
  },
})

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

interface ProgramOptions {
  carries: readonly string[]
  installed: string[]
  library: string
  core: string
  alone: readonly string[]
}

type PluginHook<Args> = (options: { filter: RegExp; namespace?: string }, act: (args: Args) => object | undefined) => void

/** A library: one module and one declaration file for each of `names` (files of `src/`, without `.ts`). */
export const library = (...names: string[]): Options => ({
  ...base,
  entry: { ...named(names), ...processEntries('.') },
  dts: { entry: named(names) },
})

/**
 * A program: this package and everything it imports, but for the packages in `installed`, are bundled, from source, into
 * chunks that `import()` loads lazily. It carries the entries of the packages in `carries` and their `python/` folders:
 * built code finds one as `new URL('../python/', import.meta.url)`, in this package as in the one it came from. `library` is
 * what others may import of it, with its declarations; `core` is the file that nearly every command begins with; `alone` are
 * files that are wanted without it, each built into one file with all that it needs. The templates of projects are put beside.
 */
export const program = (name: string, { carries, installed, library, core, alone }: ProgramOptions): Options[] => {
  // Not by `clean`: the builds go on at the same time.
  rmSync('dist', { recursive: true, force: true })
  const bundled: Options = {
    ...base,
    clean: false,
    external: installed,
    noExternal: [new RegExp(`^(?!\\.|(?:${installed.join('|')})(?:/|$))`)],
    esbuildOptions(options) {
      options.conditions = ['@lorc/source']
      options.legalComments = 'none'
      options.minifySyntax = true
      options.minifyWhitespace = true
    },
    // CommonJS dependencies, once bundled, call require() for builtins alone. Every chunk has this line: it must cost nothing.
    banner: { js: 'const require=(name)=>process.getBuiltinModule(name);' },
  }
  const whole: Options = {
    ...bundled,
    dts: { entry: named([library]) },
    entry: Object.assign(named([name, library]), ...[...carries, '.'].map(processEntries)) as Entries,
    esbuildPlugins: [builtinsOnUse, loadedAlone(alone), oneCore(resolve(core))],
    async onSuccess() {
      rmSync('python', { recursive: true, force: true })
      for (const from of carries) {
        if (!existsSync(`${from}/python`)) continue
        cpSync(`${from}/python`, 'python', { recursive: true, filter: (path) => !/__pycache__|\.pyc$|\btest_/.test(path) })
      }
      writeFileSync('dist/templates.json', JSON.stringify(templateFiles()))
    },
  }
  const entry = Object.fromEntries(alone.map((path) => [basename(path, '.ts'), path]))
  return [whole, { ...bundled, entry, splitting: false, esbuildPlugins: [builtinsOnUse] }]
}
