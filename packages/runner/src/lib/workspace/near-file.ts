import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { suggestFile } from '../suggest.ts'

/**
 * A name in the folder of `path` that is most likely meant by it: one that differs only in case, extension, or `-` for
 * `_`, else one that is nearly spelt like it; never the name itself. `undefined`: there is none.
 */
export async function nearFile(path: string, isWanted: (name: string) => boolean = () => true): Promise<string | undefined> {
  const core = (name: string): string => name.toLowerCase().replace(/\.[^.]*$/, '').replaceAll('-', '_')
  const wanted = basename(path)
  const names = (await readdir(dirname(path)).catch((): string[] => [])).filter((name) => name !== wanted && isWanted(name))
  return names.find((name) => core(name) === core(wanted)) ?? suggestFile(wanted, names)
}
