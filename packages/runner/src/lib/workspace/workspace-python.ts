import { join } from 'node:path'
import { RunnerError } from '../errors.ts'
import { nearFile } from './near-file.ts'
import { firstFile, type Workspace } from './workspace-path.ts'

/**
 * The real path of a Python module given by its dotted name: `a.b` is `a/b.py` or `a/b/__init__.py` of the workspace,
 * else of the first allowlisted folder that has it; never a module of the interpreter's own library.
 *
 * Throws RunnerError MODULE_MISSING, PATH_OUTSIDE_WORKSPACE (a symlink that leaves).
 */
export async function resolvePythonModule(workspace: Workspace, dotted: string): Promise<string> {
  const parts = dotted.split('.')
  if (!parts.every((part) => isIdentifier(part))) {
    const meant = dotted.replace(/^\.\//, '').replace(/\.py$/, '').replaceAll('/', '.')
    throw new RunnerError('MODULE_MISSING', `\`${dotted}\` is not the dotted name of a Python module.`, {
      ...(meant.split('.').every((part) => isIdentifier(part)) ? { fix: `Write \`${meant}\`.` } : {}),
      details: { module: dotted },
    })
  }
  const stem = parts.join('/')
  // A package comes before a module of the same name, as in Python's own import system.
  const found = await firstFile(workspace, [`${stem}/__init__.py`, `${stem}.py`])
  if (found !== undefined) return found
  const file = parts.at(-1) === 'py' ? `${parts.slice(0, -1).join('/')}.py` : undefined
  const isFile = file !== undefined && (await firstFile(workspace, [file])) !== undefined
  const near = await nearFile(join(workspace.root, `${stem}.py`), (name) => name.endsWith('.py') && isIdentifier(name.slice(0, -3)))
  const other = near === undefined ? `Create \`${stem}.py\`, or correct the name.` : `Did you mean \`${[...parts.slice(0, -1), near.slice(0, -3)].join('.')}\`?`
  throw new RunnerError('MODULE_MISSING', `The Python module \`${dotted}\` is not in ${workspace.root}.`, {
    fix: isFile ? `Write \`${dotted.slice(0, -3)}\`, as in an import statement.` : other,
    details: { module: dotted },
  })
}

function isIdentifier(part: string): boolean {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(part)
}
