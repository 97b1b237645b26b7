/** What to do about a module that could not be imported, where that is known. */
export function importAdvice(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  // A module may throw what it likes.
  const { code, message: said } = cause as { code?: unknown; message: unknown }
  const message = String(said)
  const [, what, name = ''] = /^Cannot find (package|module) '([^']*)'/.exec(message) ?? []
  if (what === 'package') return `Install it in the workspace, and name it in its package.json: npm install ${packageOf(name)}`
  if (what === 'module') {
    return 'An import names its file in full, with its ending (`./rows.ts`), relative to the file that imports it.'
  }
  switch (code) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return (
        'Node strips types and compiles nothing: write a `const` object instead of an `enum`, modules instead of a ' +
        '`namespace`, and assign in the constructor instead of in its parameters. `erasableSyntaxOnly` of tsconfig.json finds them.'
      )
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return 'Node runs no TypeScript in `node_modules`: a package is published as JavaScript (`tsc`), and its package.json names that.'
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return 'Write the module as .ts, .mts, .js or .mjs; JSX has to be compiled before.'
    case 'ERR_PACKAGE_PATH_NOT_EXPORTED':
      return "Import one of the paths that `exports` in the package's package.json lists."
  }
  if (message.includes('does not provide an export named')) return 'Import a type with `import type`: Node cannot tell it from a value.'
  if (/Cannot use import statement outside a module|Unexpected token 'export'/.test(message)) {
    return 'Name the file .mjs (TypeScript: .mts), or write "type": "module" into its package.json.'
  }
  return undefined
}

/** `lodash` of `lodash/fp`, `@a/b` of `@a/b/c`. */
function packageOf(name: string): string {
  return name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/')
}
