/** A part of the program, loaded. */
export interface Part<Exports> {
  exports: Exports
  /** To be called when the process is about to end: the next one may load the part in less time. */
  keep(): void
}

/** What lorc is about to do, and the folder where Node keeps compiled code; undefined: nowhere. */
export type LoadOptions = { words: readonly string[]; folder: string | undefined }

const part = <Exports>(exports: Exports): Part<Exports> => ({ exports, keep: () => undefined })

// This is where the parts lie in the source. In a build `built-parts.ts` takes the place of this file.
export const loadProgram = async (_: LoadOptions) => part(await import('../run-process.ts'))

export const loadJobsList = async (_: LoadOptions) => part(await import('../jobs/list-quickly.ts'))

export const loadService = async () => part(await import('./service-process.ts'))
