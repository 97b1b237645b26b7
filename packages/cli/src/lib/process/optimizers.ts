import process from 'node:process'
import { setFlagsFromString } from 'node:v8'

/** From here on Maglev is part of V8 as Node has it by default. */
const WITH_MAGLEV = 24
/** By then a start is over. */
const LONGEST_MS = 3000
/** Whoever settles what V8 compiles with has thought about it. */
const SETTLED = /--(no-?)?(opt|turbofan|maglev|jitless|lite|max-lazy)/

export interface OptimizersProcess {
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
}

/**
 * Has V8 run code as it is until the function that is returned is called, three seconds at most: what loads a program of
 * hundreds of files is hot for a moment and never again, and to optimize that brings 7 MB of V8's compilers into memory.
 * Nothing happens where flags of the process say what to compile with.
 */
export function restOptimizers({ execArgv, env, version }: OptimizersProcess = process, set: (flag: string) => void = setFlagsFromString): () => void {
  if (SETTLED.test([...execArgv, env['NODE_OPTIONS']].join(' '))) return () => undefined
  const names = Number.parseInt(version.slice(1)) >= WITH_MAGLEV ? ['opt', 'maglev'] : ['opt']
  for (const name of names) set(`--no-${name}`)
  const wake = (): void => {
    clearTimeout(longest)
    for (const name of names) set(`--${name}`)
  }
  const longest = setTimeout(wake, LONGEST_MS).unref()
  return wake
}
