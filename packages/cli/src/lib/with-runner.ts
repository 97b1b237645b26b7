import type { Surroundings } from './command.ts'
import type { OpenOptions, OpenRunner } from './engine.ts'

/** Lets `work` use the workspace's runner, and closes it whatever happens. */
export async function withRunner<T>(
  { engine, io, workspace }: Surroundings,
  work: (open: OpenRunner) => Promise<T>,
  options: Pick<OpenOptions, 'readOnly'> = {},
): Promise<T> {
  const open = await engine.openRunner({ workspace: await workspace(), env: io.env, ...options })
  try {
    return await work(open)
  } finally {
    await open.close()
  }
}
