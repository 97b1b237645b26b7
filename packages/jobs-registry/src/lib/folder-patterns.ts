import type { Dirent } from 'node:fs'
import { join, resolve } from 'node:path'
import { listFolder } from './paths.ts'
import type { WatchedPaths } from './watched-paths.ts'

/**
 * The folders that patterns name, relative to `root`, as `workspaces` of npm and `packages` of pnpm write them: `*` and `?`
 * within a name, `{a,b}`, `**` for any depth, `!` in front of what is left out. Never in `node_modules`, nor in folders
 * whose name begins with a dot, unless that is written out. A pattern without any of these is a folder as it is.
 */
export function foldersOf(patterns: readonly string[], root: string, watched: WatchedPaths): string[] {
  const all = patterns.flatMap(withoutBraces)
  const out = all.filter((pattern) => pattern.startsWith('!')).map((pattern) => matcherOf(segmentsOf(pattern.slice(1))))
  const found = all.filter((pattern) => !pattern.startsWith('!')).flatMap((pattern) => expand(root, segmentsOf(pattern), watched))
  return [...new Set(found)].filter((folder) => !out.some((matches) => matches.test(`${folder.slice(root.length + 1)}/`)))
}

function segmentsOf(pattern: string): string[] {
  return pattern.split('/').filter((segment, index) => segment !== '.' && (segment !== '' || index === 0))
}

/** `a/{b,c}` as `a/b` and `a/c`, the innermost braces first. */
function withoutBraces(pattern: string): string[] {
  const [, before, choices, after] = /^(.*)\{([^{}]*)\}(.*)$/s.exec(pattern) ?? []
  if (before === undefined || choices === undefined || after === undefined) return [pattern]
  return choices.split(',').flatMap((choice) => withoutBraces(before + choice + after))
}

const WILD = /[*?]/

function expand(folder: string, [segment, ...rest]: string[], watched: WatchedPaths): string[] {
  if (segment === undefined) return [folder]
  if (segment === '**') return [...expand(folder, rest, watched), ...subfolders(folder, watched, false).flatMap((name) => expand(join(folder, name), ['**', ...rest], watched))]
  if (!WILD.test(segment)) return expand(segment === '' ? '/' : resolve(folder, segment), rest, watched)
  const matches = new RegExp(`^${wildcards(segment)}$`)
  return subfolders(folder, watched, true).filter((name) => matches.test(name)).flatMap((name) => expand(join(folder, name), rest, watched))
}

/** Of a relative path that ends in `/`. */
function matcherOf(segments: readonly string[]): RegExp {
  return new RegExp(`^${segments.map((segment) => (segment === '**' ? '(?:[^/]+/)*' : `${wildcards(segment)}/`)).join('')}`)
}

function wildcards(segment: string): string {
  return segment.replace(/[\\^$.|+()[\]{}]/g, '\\$&').replace(/\*+/g, '[^/]*').replace(/\?/g, '[^/]')
}

/** Links would let `**` go round in circles. */
function subfolders(folder: string, watched: WatchedPaths, links: boolean): string[] {
  watched.add(folder)
  const isFolder = (entry: Dirent): boolean => entry.isDirectory() || (links && entry.isSymbolicLink())
  const isWanted = ({ name }: Dirent): boolean => name !== 'node_modules' && !name.startsWith('.')
  return listFolder(folder).filter((entry) => isFolder(entry) && isWanted(entry)).map(({ name }) => name)
}
