import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Export } from 'es-module-lexer'

/** What a module exports. `complete: false`: it exports more than can be told without running it. */
export interface ModuleExports {
  names: ReadonlySet<string>
  complete: boolean
}

const SOURCE = /\.[cm]?[jt]s$/

/**
 * The names that a Node module exports, without running it: JavaScript and TypeScript, `export * from` a file followed.
 * CommonJS modules and what comes from packages count as not complete. Rejects when the file cannot be read or lexed.
 */
export async function nodeExports(file: string, seen = new Set<string>()): Promise<ModuleExports> {
  seen.add(file)
  const names = new Set<string>()
  if (!SOURCE.test(file)) return { names, complete: false }
  const { init, parse } = await import('es-module-lexer')
  await init()
  const [, exports, , hasModuleSyntax] = parse(readFileSync(file, 'utf8'), file)
  if (!hasModuleSyntax) return { names, complete: false }
  let complete = true
  for (const item of exports) {
    if (item.typeOnly) continue
    if (item.type !== 'reexport-all') {
      names.add(item.name)
      continue
    }
    const inner = await followed(item, file, seen)
    for (const name of inner.names) if (name !== 'default') names.add(name)
    complete &&= inner.complete
  }
  return { names, complete }
}

async function followed(
  item: Export & { type: 'reexport-all' },
  file: string,
  seen: Set<string>,
): Promise<ModuleExports> {
  if (!/^\.{0,2}\//.test(item.from)) return { names: new Set(), complete: false }
  const target = fileURLToPath(new URL(item.from, pathToFileURL(resolve(dirname(file), 'x'))))
  if (seen.has(target)) return { names: new Set(), complete: true }
  return nodeExports(target, seen).catch(() => ({ names: new Set<string>(), complete: false }))
}
