import { dirname, join } from 'node:path'
import { allowedFolders, type Workspace } from '../workspace.ts'
import { firstOwn, type CodeLanguage, type CodeUse } from './language.ts'

const IMPORT = /(?:^|[;:])[ \t]*import[ \t]+([^\n;]+)/gmu
const FROM = /(?:^|[;:])[ \t]*from[ \t]+(\.*[ \t]*[\p{ID_Continue}.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n;]+)/gmu
const BY_NAME = /\bimport_module\s*\(\s*(["'])([\p{ID_Continue}.]+)\1/gu
const DOTTED = /^\.*[\p{ID_Start}_][\p{ID_Continue}]*(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*$|^\.+$/u

/**
 * Python: `import a.b`, `from a.b import c` (a name of `a.b`, or its submodule), `from . import x`, and
 * `import_module('a.b')`. Packages with and without `__init__.py`, below the workspace and the allowlisted folders.
 */
export const pythonLanguage: CodeLanguage = {
  requests(source) {
    const text = source.replaceAll(/\\\r?\n/g, ' ').replaceAll(/#[^\n]*/g, '')
    const found = new Set<string>()
    for (const match of text.matchAll(IMPORT)) for (const name of namesOf(match[1]!)) found.add(name)
    for (const match of text.matchAll(FROM)) {
      const from = match[1]!.replaceAll(/\s/g, '')
      found.add(from)
      for (const name of namesOf(match[2]!)) found.add(from.endsWith('.') ? from + name : `${from}.${name}`)
    }
    for (const match of text.matchAll(BY_NAME)) found.add(match[2]!)
    return [...found].filter((name) => DOTTED.test(name))
  },

  async resolve(dotted, file, workspace) {
    const level = /^\.*/.exec(dotted)![0].length
    const parts = dotted.slice(level).split('.').filter((part) => part !== '')
    const homes = level > 0 ? [above(dirname(file), level - 1)] : [workspace.root, ...allowedFolders(workspace)]
    const uses = await Promise.all(homes.map((home) => modules(home, parts, workspace)))
    return uses.flat()
  },
}

function namesOf(list: string): string[] {
  return list.replaceAll(/[()]/g, '').split(',').map((item) => item.trim().split(/\s/)[0]!)
}

function above(folder: string, levels: number): string {
  return levels === 0 ? folder : above(dirname(folder), levels - 1)
}

/** Importing `a.b` runs `a/__init__.py` too. */
async function modules(home: string, parts: readonly string[], workspace: Workspace): Promise<CodeUse[]> {
  const stems = parts.map((_, i) => join(home, ...parts.slice(0, i + 1)))
  const paths = [join(home, '__init__.py'), ...stems.map((stem) => join(stem, '__init__.py')), ...stems.slice(-1).map((stem) => `${stem}.py`)]
  const files = await Promise.all(paths.map((path) => firstOwn(workspace, [path])))
  return files.flatMap((file) => (file === undefined ? [] : [{ file }]))
}
