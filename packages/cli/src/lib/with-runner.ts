import { relative } from 'node:path'
import type { Surroundings } from './command-line/command.ts'
import type { OpenRunner } from './engine.ts'
import type { Io } from './io.ts'
import { hasStore, otherStoreNote, runsAbove } from './store-place.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** Says on stderr where else runs are kept: who has just changed the setting would miss them. */
export function tellOfOtherStore(workspace: LoadedWorkspace, io: Io): void {
  const note = otherStoreNote(workspace)
  if (note !== undefined) io.stderr.write(`note: ${note}\n`)
}

/** Says on stderr where runs may be, to who looks for some where there is no store. */
export function tellOfRunsAbove(workspace: LoadedWorkspace, io: Io): void {
  const above = hasStore(workspace) ? undefined : runsAbove(workspace)
  if (above === undefined) return
  const shown = relative(io.cwd, above) || '.'
  io.stderr.write(`note: there are runs in ${shown}, which is another workspace: go there, or name it with \`-C ${shown}\`\n`)
}

/** Lets `work` use the workspace's runner, and closes it whatever happens. Where there is no store yet, none is made. */
export async function withRunner<T>(
  { engine, io, workspace }: Surroundings,
  work: (open: OpenRunner) => Promise<T>,
): Promise<T> {
  const loaded = await workspace()
  if (!hasStore(loaded)) tellOfOtherStore(loaded, io)
  tellOfRunsAbove(loaded, io)
  const open = await engine.openRunner({ workspace: loaded, env: io.env, readOnly: true })
  try {
    return await work(open)
  } finally {
    await open.close()
  }
}
