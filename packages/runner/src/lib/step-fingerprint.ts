import { versions } from 'node:process'
import { codeFile } from './code-files.ts'
import type { JsonObject } from './json.ts'
import type { PlanStep } from './plan.ts'
import type { Fingerprint } from './step-cache.ts'
import type { Workspace } from './workspace.ts'
import { describeFile } from './artifact.ts'

/** What `cache: auto` hashes of a step besides its definition: its code, declared input files, and the interpreter. */
export function stepFingerprint(workspace: Workspace, python: string | undefined): Fingerprint {
  return async (step: PlanStep): Promise<JsonObject> => {
    const file = await codeFile(step, workspace)
    return { code: file ? { ...(await describeFile(workspace.root, file)) } : null, interpreter: python ?? versions.node }
  }
}
