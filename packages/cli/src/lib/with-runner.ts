import type { Surroundings } from './command.ts'
import type { OpenRunner } from './engine.ts'
import type { Io } from './io.ts'
import { hasStore, otherStoreNote } from './store-place.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** Says on stderr where else runs are kept: who has just changed the setting would miss them. */
export function tellOfOtherStore(workspace: LoadedWorkspace, io: Io): void {
  const note = otherStoreNote(workspace)
  if (note !== undefined) io.stderr.write(`note: ${note}\n`)
}

/** Lets `work` use the workspace's runner, and closes it whatever happens. Where there is no store yet, none is made. */
export async function withRunner<T>(
  { engine, io, workspace }: Surroundings,
  work: (open: OpenRunner) => Promise<T>,
): Promise<T> {
  const loaded = await workspace()
  if (!hasStore(loaded)) tellOfOtherStore(loaded, io)
  const open = await engine.openRunner({ workspace: loaded, env: io.env, readOnly: true })
  try {
    return await work(open)
  } finally {
    await open.close()
  }
}
