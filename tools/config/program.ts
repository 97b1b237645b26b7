import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Options } from 'tsup'
import { asScript, SCRIPT_NAMES } from './script.ts'
import { templateFiles } from './templates.ts'
import { base, builtinsOnUse, type Entries, named, type PluginHook, processEntries } from './tsup.ts'

interface ProgramOptions {
  carries: readonly string[]
  installed: readonly string[]
  library: string
  scripts: readonly string[]
  stays: string
  shared: readonly string[]
  instead: Readonly<Record<string, string>>
}

/**
 * A program: this package and everything it imports, but for the packages in `installed`, bundled from source.
 *
 * - `dist/<name>.js` is what Node is told to run: a module of its own, short.
 * - `scripts` are the modules that it goes on with, each with all that it needs, also what it imports lazily, as one script:
 *   see `asScript`.
 * - `stays` is the module that a process goes on with which stays: modules again, so that what it does not use is not in its memory.
 *   What is in `shared` comes from where it is installed, too: the packages in `installed` need it, and one of each is enough.
 * - `instead` are modules that lie in the source in the place of others that only a build has a use for.
 * - The processes and threads that the packages in `carries` start, and their `python/` folders, are carried along: built code
 *   finds one as `new URL('../python/', import.meta.url)`, in this package as in the one it came from.
 * - `library` is what others may import of it, with its declarations. The templates of projects are put beside, and the JSON Schema of recipes
 *   that their first lines name.
 */
export const program = (name: string, { carries, installed, library, scripts, stays, shared, instead }: ProgramOptions): Options[] => {
  // Not by `clean`: the builds go on at the same time.
  rmSync('dist', { recursive: true, force: true })
  const beside: Options = {
    ...bundled(installed),
    entry: Object.assign(named([library]), ...[...carries, '.'].map(processEntries)) as Entries,
    dts: { entry: named([library]) },
    banner: REQUIRE,
    async onSuccess() {
      rmSync('python', { recursive: true, force: true })
      for (const from of carries) {
        if (!existsSync(`${from}/python`)) continue
        cpSync(`${from}/python`, 'python', { recursive: true, filter: (path) => !/__pycache__|\.pyc$|\btest_/.test(path) })
      }
      writeFileSync('dist/templates.json', JSON.stringify(templateFiles()))
      cpSync('../../docs/recipe.schema.json', 'recipe.schema.json')
    },
  }
  const service: Options = { ...bundled([...installed, ...shared]), entry: { [basename(stays, '.ts')]: stays }, banner: REQUIRE }
  const first: Options = {
    ...bundled(installed),
    entry: named([name]),
    splitting: false,
    banner: { js: refuseOldNode(name) },
    // For those who tell a module by its statements.
    footer: { js: 'export{}' },
    esbuildPlugins: [builtinsOnUse, inPlaceOf(instead)],
  }
  const names = scripts.map((path) => basename(path, '.ts'))
  const rest: Options = {
    ...bundled(installed),
    format: 'cjs',
    splitting: false,
    entry: Object.fromEntries(scripts.map((path) => [basename(path, '.ts'), path])),
    outExtension: () => ({ js: '.script.js' }),
    esbuildOptions(options, context) {
      lean(options, context)
      options.define = { 'import.meta.url': SCRIPT_NAMES.url }
    },
    async onSuccess() {
      for (const file of names.map((one) => `dist/${one}.script.js`)) writeFileSync(file, await asScript(readFileSync(file, 'utf8'), file))
    },
  }
  return [beside, service, first, rest]
}

/** CommonJS dependencies, once bundled, call require() for builtins alone. Every chunk has this line: it must cost nothing. */
const REQUIRE = { js: 'const require=(name)=>process.getBuiltinModule(name);' }

/** Everything is bundled but for the packages in `installed`. */
const bundled = (installed: readonly string[]): Options => ({
  ...base,
  clean: false,
  external: [...installed],
  noExternal: [new RegExp(`^(?!\\.|(?:${installed.join('|')})(?:/|$))`)],
  esbuildPlugins: [builtinsOnUse],
  esbuildOptions: lean,
})

/** Before anything fails for want of what Node did not have yet. */
const refuseOldNode = (name: string): string => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? []
  if (minor === undefined) throw new Error(`package.json asks for Node ${engines.node}, not for >=MAJOR.MINOR`)
  const isOld = `(([a,b])=>a<${major}||a==${major}&&b<${minor})(process.versions.node.split('.'))`
  return `if(${isOld}){console.error('${name} needs Node ${major}.${minor} or newer; this is '+process.version);process.exit(2)}`
}

const lean: NonNullable<Options['esbuildOptions']> = (options) => {
  options.conditions = ['@lorc/source']
  options.legalComments = 'none'
  options.minifySyntax = true
  options.minifyWhitespace = true
}

/** Takes modules in the place of others, by their paths. */
const inPlaceOf = (instead: Readonly<Record<string, string>>) => {
  const others = new Map(Object.entries(instead).map((pair) => [resolve(pair[0]), resolve(pair[1])]))
  return {
    name: 'in-place-of',
    setup(build: { onResolve: PluginHook<{ path: string; resolveDir: string }> }) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const other = others.get(resolve(resolveDir, path))
        return other === undefined ? undefined : { path: other }
      })
    },
  }
}
