import { globSync } from 'node:fs'
import { basename } from 'node:path'
import type { Options } from 'tsup'

/** What every package's build has in common. Node's builtins keep their `node:` prefix: `node:sqlite` has no other name. */
export const base: Options = {
  format: 'esm',
  target: 'node22.18',
  platform: 'node',
  outDir: 'dist',
  clean: true,
  splitting: true,
  removeNodeProtocol: false,
  silent: true,
}

export type Entries = Record<string, string>

export const named = (names: readonly string[]): Entries => Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]))

/**
 * Files that are started as processes or threads of their own: each `src/lib/**\/<name>-entry.ts` of the package in
 * folder `from` becomes `dist/<name>-entry.js`. Chunks lie flat in `dist` too, so built code finds an entry as
 * `new URL('./<name>-entry.js', import.meta.url)`, whichever package it was bundled into.
 */
export const processEntries = (from: string): Entries =>
  Object.fromEntries(globSync(`${from}/src/lib/**/*-entry.ts`).map((path) => [basename(path, '.ts'), path]))

/**
 * Takes from a builtin what is used of it, and nothing else: an `import` reads every export of the builtin, and those of
 * `node:fs`, `node:util` and `node:process` are getters that load streams, workers and the standard streams. The exports
 * are marked as pure, so that the bundler drops those that nobody imports.
 */
export const builtinsOnUse = {
  name: 'builtins-on-use',
  setup(build: { onResolve: PluginHook<{ path: string; kind: string }>; onLoad: PluginHook<{ path: string }> }) {
    // What is imported when it is used is Node's own to load.
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === 'dynamic-import' ? { path, external: true } : { path, namespace: 'builtin' }))
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: usedExports(path),
      loader: 'js',
    }))
  },
}

/** Builtins that Node takes a millisecond or more to load, and that most commands need nothing of. */
const LATE: ReadonlySet<string> = new Set(['node:child_process', 'node:crypto', 'node:fs/promises', 'node:readline', 'node:stream/promises', 'node:worker_threads', 'node:zlib'])

/** The functions of a builtin that is late load it when one is first called. */
const usedExports = (path: string): string => {
  const builtin = process.getBuiltinModule(path) as Record<string, unknown>
  const names = Object.keys(builtin).filter((name) => /^[A-Za-z_]\w*$/.test(name) && name !== 'default')
  const isLate = (name: string): boolean => LATE.has(path) && typeof builtin[name] === 'function' && /^[a-z]/.test(name)
  return [
    'let __builtin',
    `const __load = () => (__builtin ??= process.getBuiltinModule(${JSON.stringify(path)}))`,
    'const __take = (name) => __load()[name]',
    'export default /* @__PURE__ */ __load()',
    ...names.map((name) => `export const ${name} = ${isLate(name) ? `(...given) => __load().${name}(...given)` : `/* @__PURE__ */ __take(${JSON.stringify(name)})`}`),
  ].join('\n')
}

export type PluginHook<Args> = (options: { filter: RegExp; namespace?: string }, act: (args: Args) => object | undefined) => void

/** A library: one module and one declaration file for each of `names` (files of `src/`, without `.ts`). */
export const library = (...names: string[]): Options => ({
  ...base,
  entry: { ...named(names), ...processEntries('.') },
  dts: { entry: named(names) },
})
