import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import type { Plan, PlanStep } from './plan.ts'
import { resolveNodeModule, resolvePythonModule, resolveScript, type Workspace } from './workspace.ts'

/** The file of code that a step names, absolute; undefined for a step that names none, or one that is not there. */
export async function codeFile(step: PlanStep, workspace: Workspace): Promise<string | undefined> {
  try {
    if (step.type === 'node' && step.module) return await resolveNodeModule(workspace, step.module)
    if (step.type === 'python' && step.module) return await resolvePythonModule(workspace, step.module)
    if (step.type === 'shell' && step.script) return await resolveScript(workspace, step.script)
  } catch {
    return undefined
  }
  return undefined
}

/** SHA-256 (hex) of each file of code that the plan's steps name, by its path relative to the workspace. */
export async function hashPlanCode(plan: Plan, workspace: Workspace): Promise<{ [path: string]: string }> {
  const named = new Map<string, PlanStep>()
  for (const step of plan.steps) {
    const name = step.module ?? step.script
    if (name !== undefined) named.set(`${step.type} ${name}`, step)
  }
  const files = await Promise.all([...named.values()].map((step) => codeFile(step, workspace)))
  const hashes: { [path: string]: string } = {}
  for (const file of files.filter((f) => f !== undefined).sort()) {
    hashes[relative(workspace.root, file).split(sep).join('/')] = createHash('sha256').update(await readFile(file)).digest('hex')
  }
  return hashes
}

/** The paths whose hash differs, or that are on one side only; sorted. */
export function changedPaths(before: { [path: string]: string }, now: { [path: string]: string }): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...paths].filter((path) => before[path] !== now[path]).sort()
}
