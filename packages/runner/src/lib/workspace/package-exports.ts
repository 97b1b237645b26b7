const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default'])

/**
 * The file that a package's `exports` gives for a subpath (`.` or `./x`), relative to the package (`./dist/x.js`),
 * under the conditions of a Node `import`; undefined when it exports none. Follows PACKAGE_EXPORTS_RESOLVE of Node's
 * ESM resolution algorithm: exact keys first, then the pattern with the longest prefix.
 */
export function resolveExports(exports: unknown, subpath: string): string | undefined {
  const table = isSubpathTable(exports) ? exports : { '.': exports }
  if (Object.hasOwn(table, subpath) && !subpath.includes('*')) return target(table[subpath], '')
  const pattern = Object.keys(table)
    .filter((key) => matches(key, subpath))
    .sort((a, b) => b.indexOf('*') - a.indexOf('*') || b.length - a.length)[0]
  if (pattern === undefined) return undefined
  const star = pattern.indexOf('*')
  return target(table[pattern], subpath.slice(star, subpath.length - (pattern.length - star - 1)))
}

function isSubpathTable(exports: unknown): exports is Record<string, unknown> {
  return isTable(exports) && Object.keys(exports).every((key) => key.startsWith('.'))
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function matches(key: string, subpath: string): boolean {
  const star = key.indexOf('*')
  if (star === -1) return false
  const [head, tail] = [key.slice(0, star), key.slice(star + 1)]
  return subpath.length > head.length + tail.length && subpath.startsWith(head) && subpath.endsWith(tail)
}

function target(value: unknown, star: string): string | undefined {
  if (typeof value === 'string') return value.startsWith('./') ? value.replaceAll('*', () => star) : undefined
  if (Array.isArray(value)) return value.map((item) => target(item, star)).find((item) => item !== undefined)
  if (!isTable(value)) return undefined
  for (const [condition, next] of Object.entries(value)) {
    if (!CONDITIONS.has(condition)) continue
    if (next === null) return undefined
    const found = target(next, star)
    if (found !== undefined) return found
  }
  return undefined
}
