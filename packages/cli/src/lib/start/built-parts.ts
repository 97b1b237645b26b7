import type * as jobsList from '../jobs/list-quickly.ts'
import type * as program from '../run-process.ts'
import type * as service from './service-process.ts'
import { codeUse } from './code-use.ts'
import type { LoadOptions, Part } from './parts.ts'
import { loadScript } from './kept-script.ts'

/** Beside the file that this ends up in. */
const load = <Exports>(name: string, { words, folder }: LoadOptions): Part<Exports> =>
  loadScript(`${import.meta.dirname}/${name}.script.js`, { folder, use: codeUse(words), importModule: (specifier) => import(specifier) as Promise<unknown> })

export const loadProgram = (options: LoadOptions): Part<typeof program> => load('run-process', options)

export const loadJobsList = (options: LoadOptions): Part<typeof jobsList> => load('list-quickly', options)

export const loadService = async (): Promise<Part<typeof service>> => ({
  exports: (await import(`${import.meta.dirname}/service-process.js`)) as typeof service,
  keep: () => undefined,
})
