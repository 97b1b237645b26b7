import { dirname, resolve } from 'node:path'
import { firstOwn, type CodeLanguage } from './language.ts'

/** `. file` and `source file`, the name literal but for a leading `$(dirname "$0")/` or the like. */
const SOURCED = /(?:^|[;&|{(]|\b(?:then|do|else))[ \t]*(?:\.|source)[ \t]+(["']?)(?:\$\(dirname[^)]*\)\/|"\$\(dirname[^)]*\)"\/|\$\{[^}]*%\/\*\}\/)?([^\s"';&|$`<>]+)/gm

/** Shell scripts: what they source, beside them or from the workspace's root, where they run. */
export const shellLanguage: CodeLanguage = {
  requests: (source) => [...new Set([...source.matchAll(SOURCED)].map((match) => match[2]!))],

  async resolve(path, file, workspace) {
    const places = [resolve(workspace.root, path), resolve(dirname(file), path)]
    const files = await Promise.all(places.map((place) => firstOwn(workspace, [place])))
    return [...new Set(files)].flatMap((found) => (found === undefined ? [] : [{ file: found }]))
  },
}
