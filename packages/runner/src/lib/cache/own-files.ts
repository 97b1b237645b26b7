import { constants } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { Artifact } from '../events.ts'
import type { StepImport } from '../run-state/import-steps.ts'

/**
 * Copies those of the files which lie among the artifacts of another run to the same place in `own`, the folder of a step's
 * artifacts in this one: they are to outlive the other run. Resolves with their paths before and after, relative to `root`;
 * a file that is gone is left out. Rejects as the file system does.
 */
export async function ownFiles(root: string, artifacts: readonly Artifact[], own: string): Promise<ReadonlyMap<string, string>> {
  const moved = new Map<string, string>()
  const folder = dirname(own)
  const runs = dirname(dirname(folder))
  for (const { path } of artifacts) {
    const file = join(root, path)
    const [run, kind, step, ...within] = relative(runs, file).split(sep)
    const target = join(own, ...within)
    if (run === '..' || kind !== basename(folder) || step === undefined || within.length === 0 || target === file) continue
    await mkdir(dirname(target), { recursive: true })
    if (await isCopied(file, target)) moved.set(path, relative(root, target).split(sep).join('/'))
  }
  return moved
}

/** Steps that are taken over from another run, with their files as `ownFiles` has them. `folder`: of this run's artifacts. */
export function ownImports(root: string, imported: readonly StepImport[], folder: string): Promise<StepImport[]> {
  return Promise.all(
    imported.map(async (step) => {
      const moved = await ownFiles(root, step.artifacts, join(folder, step.step))
      const pathOf = (path: string): string => moved.get(path) ?? path
      return { ...step, outputs: step.outputs.map(pathOf), artifacts: step.artifacts.map((artifact) => ({ ...artifact, path: pathOf(artifact.path) })) }
    }),
  )
}

async function isCopied(file: string, target: string): Promise<boolean> {
  try {
    await copyFile(file, target, constants.COPYFILE_FICLONE)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
