import type { RunFile } from '../api/answers.ts'

/** The file of a name or path, as the step `by` recorded it; without one, as it was recorded last. */
export function fileAsked(files: readonly RunFile[], asked: string | undefined, by: string | undefined): RunFile | undefined {
  const ofName = files.filter(({ path, name }) => path === asked || name === asked)
  return ofName.findLast(({ step }) => step === by) ?? ofName.at(-1)
}

/** What was recorded at a file's place after it: that is what stands there. */
export function writtenOver(files: readonly RunFile[], { name, step }: RunFile): RunFile | undefined {
  const last = files.findLast((other) => other.name === name)
  return last?.step === step ? undefined : last
}
