import type { Plan, RunPreview, RunStore, StartOptions } from '@lorc/runner'
import type { Surroundings } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { previewText } from '../render/preview-text.ts'
import { deeplySnakeCased } from '../snake-case.ts'
import { withRunner } from '../with-runner.ts'

/** Shows what a run of the plan would do, and changes nothing. Returns the exit status. */
export async function dryRun(
  plan: Plan,
  startOptions: (store: RunStore) => Promise<StartOptions>,
  surroundings: Surroundings,
  json: boolean,
): Promise<number> {
  const { io, out } = surroundings
  const preview = await withRunner(surroundings, async ({ runner, store }) => runner.preview(plan, await startOptions(store)))
  const columns = io.stdout.isTTY ? io.stdout.columns : 200
  io.stdout.write(json ? `${JSON.stringify(previewJson(plan, preview), null, 2)}\n` : previewText(plan, preview, out, columns))
  return EXIT.ok
}

/** Values of parameters are data: their names stay as they are. */
function previewJson(plan: Plan, { params, ...preview }: RunPreview): object {
  return { name: plan.name, params, ...(deeplySnakeCased(preview) as object) }
}
