import type { CodeFiles } from '../code/code-files.ts'
import { hashInputs } from './input-files.ts'
import { interpreterVersions, type InterpreterOptions } from '../code/interpreter-version.ts'
import type { JsonObject } from '../json.ts'
import type { PlanStep } from '../plan.ts'
import type { Fingerprint } from './step-cache.ts'
import type { Workspace } from '../workspace/workspace.ts'

export interface FingerprintOptions extends Pick<InterpreterOptions, 'python' | 'env'> {
  workspace: Workspace
  code: CodeFiles
}

/**
 * What `cache: auto` hashes of a step besides its definition: its code and what that imports, the files it declares as
 * inputs, its interpreter, and the variables of the environment that it is granted.
 */
export function stepFingerprint({ workspace, code, python, env }: FingerprintOptions): Fingerprint {
  const interpreterOf = interpreterVersions({ root: workspace.root, python, env })
  return async (step: PlanStep): Promise<JsonObject> => {
    const [hashes, inputs, interpreter] = await Promise.all([
      code.hashes([step]),
      hashInputs(workspace, step.inputs ?? []),
      interpreterOf(step.type),
    ])
    return { code: { ...hashes }, inputs, interpreter, env: granted(step, env) }
  }
}

function granted(step: PlanStep, env: FingerprintOptions['env']): { [name: string]: string | null } {
  return Object.fromEntries((step.env?.grant ?? []).map((name) => [name, env[name] ?? null]))
}
