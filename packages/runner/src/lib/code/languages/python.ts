import { dirname, join } from 'node:path'
import { allowedFolders, type Workspace } from '../../workspace/workspace.ts'
import { firstOwn, type CodeLanguage, type CodeUse } from './language.ts'

/** Made when they are used: to read classes of Unicode takes half a millisecond, of every start. */
const patterns = () => ({
  imports: /(?:^|[;:])[ \t]*import[ \t]+([^\n;]+)/gmu,
  froms: /(?:^|[;:])[ \t]*from[ \t]+(\.*[ \t]*[\p{ID_Continue}.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n;]+)/gmu,
  byName: /\bimport_module\s*\(\s*(["'])([\p{ID_Continue}.]+)\1/gu,
  dotted: /^\.*[\p{ID_Start}_][\p{ID_Continue}]*(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*$|^\.+$/u,
})

/**
 * Python: `import a.b`, `from a.b import c` (a name of `a.b`, or its submodule), `from . import x`, and
 * `import_module('a.b')`. Packages with and without `__init__.py`, below the workspace and the allowlisted folders.
 */
export const pythonLanguage: CodeLanguage = {
  requests(source) {
    const text = source.replaceAll(/\\\r?\n/g, ' ').replaceAll(/#[^\n]*/g, '')
    const { imports, froms, byName, dotted } = patterns()
    const found = new Set<string>()
    for (const match of text.matchAll(imports)) for (const name of namesOf(match[1]!)) found.add(name)
    for (const match of text.matchAll(froms)) {
      const from = match[1]!.replaceAll(/\s/g, '')
      found.add(from)
      for (const name of namesOf(match[2]!)) found.add(from.endsWith('.') ? from + name : `${from}.${name}`)
    }
    for (const match of text.matchAll(byName)) found.add(match[2]!)
    return [...found].filter((name) => dotted.test(name))
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
