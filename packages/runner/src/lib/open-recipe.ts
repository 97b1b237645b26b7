import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { monotonic } from './clock.ts'
import { CodeFiles, changedPaths } from './code/code-files.ts'
import { knownRequests, rememberRequests, type CodeRequests } from './code/code-requests.ts'
import type { CodeHashes } from './code/code-scan.ts'
import { trustPlan, trustSealed } from './plan-builder/define-plan.ts'
import { moduleSecrets, withModuleSecrets, type ModuleSecrets } from './plan/module-steps.ts'
import type { JsonObject } from './json.ts'
import { isObject } from './json-object.ts'
import type { Plan } from './plan.ts'
import type { LoadedRecipe } from './recipe/load-recipe.ts'
import { isPlanModule } from './recipe/paths.ts'
import { sha256Hex } from './journal/sha256.ts'
import { RUNNER_VERSION } from './version.ts'
import type { Workspace } from './workspace/workspace.ts'

/**
 * A compiled recipe as it is kept between runs: a line with all that its checks looked at, then the plan as canonical
 * JSON, so that a start neither compiles it nor brings it into canonical form again.
 */
interface Kept {
  runner: string
  sha256: string
  recipes: LoadedRecipe['recipes']
  allow: readonly string[]
  code: CodeHashes
  requests: CodeRequests
  /** Of the modules that it calls. */
  secrets: ModuleSecrets
  /** Names of its parameters, in the order of the recipe: people are asked for them in that, and canonical JSON has another. */
  params: string[]
  planHash: string
}

/**
 * Loads a recipe as `loadRecipe` does. A plan without problems is kept in `<stateDir>/plans`, and taken from there for
 * as long as the recipe, the code that it names, the allowlist and lorc are the same: compiling needs a YAML parser and
 * a schema library, which cost more to load than a short run takes. A file in TypeScript or JavaScript is imported: its
 * default export is the plan. Without `stateDir`, nothing is kept.
 */
export async function openRecipe(file: string, workspace: Workspace, stateDir: string | null): Promise<LoadedRecipe> {
  const path = relative(workspace.root, resolve(file)).split(sep).join('/')
  if (isPlanModule(path)) {
    const { loadPlanModule } = await import('./plan-module.ts')
    return await guarded(await loadPlanModule(file, path, workspace), workspace)
  }
  if (stateDir === null) return await guarded(await (await import('./recipe/load-recipe.ts')).loadRecipe(file, workspace), workspace)
  const place = join(stateDir, 'plans', `${sha256Hex(path).slice(0, 32)}.json`)
  const kept = await readKept(place, resolve(file), workspace)
  if (kept) return { plan: kept.plan, problems: [], sha256: kept.sha256, path, recipes: kept.recipes }
  const { loadRecipe } = await import('./recipe/load-recipe.ts')
  const loaded = await guarded(await loadRecipe(file, workspace), workspace)
  if (loaded.plan) await keep(place, { ...loaded, plan: loaded.plan }, workspace)
  return loaded
}

/** With the secrets of its modules, which were looked up without a problem when it was loaded. */
async function guarded(loaded: LoadedRecipe, { modules }: Workspace): Promise<LoadedRecipe> {
  const { plan } = loaded
  return plan ? { ...loaded, plan: withModuleSecrets(plan, await moduleSecrets(plan, modules)) } : loaded
}

async function readKept(place: string, file: string, workspace: Workspace): Promise<(Kept & { plan: Plan }) | undefined> {
  try {
    // At once: the threads that read files take longer to be started, and to be waited for, than these files to be read.
    const bytes = readFileSync(place)
    const line = bytes.indexOf('\n')
    const kept = JSON.parse(bytes.toString('utf8', 0, line)) as Kept
    if (kept.runner !== RUNNER_VERSION || kept.allow.join('\n') !== workspace.allow.join('\n')) return undefined
    for (const { path, sha256 } of [{ path: file, sha256: kept.sha256 }, ...kept.recipes])
      if (sha256 !== sha256Hex(readFileSync(resolve(workspace.root, path)))) return undefined
    if (sha256Hex(bytes.subarray(line + 1)) !== kept.planHash) return undefined
    const json = bytes.toString('utf8', line + 1)
    const plan = withParamsAs(kept.params, JSON.parse(json) as Plan)
    rememberRequests(kept.requests)
    const code = await new CodeFiles(workspace).hashes(allSteps(plan))
    if (changedPaths(kept.code, code).length > 0) return undefined
    if (JSON.stringify(kept.secrets) !== JSON.stringify(await moduleSecrets(plan, workspace.modules))) return undefined
    trustSealed({ plan, json, hash: kept.planHash })
    return { ...kept, plan }
  } catch {
    return undefined
  }
}

function paramsOf({ params }: Plan): JsonObject {
  return isObject(params?.properties) ? params.properties : {}
}

function withParamsAs(names: readonly string[], plan: Plan): Plan {
  if (names.length < 2) return plan
  const properties = paramsOf(plan)
  return { ...plan, params: { ...plan.params, properties: Object.fromEntries(names.map((name) => [name, properties[name]!])) } }
}

/** The steps of a plan and of those within it. */
function allSteps({ steps }: Plan): Plan['steps'] {
  const inner = steps.flatMap(({ recipe }) => (recipe ? allSteps(recipe.plan) : []))
  return inner.length === 0 ? steps : [...steps, ...inner]
}

type Loaded = LoadedRecipe & { plan: Plan }

/**
 * A plan that cannot be kept costs the next run its compilation, nothing else. None is where there is no state yet:
 * checking a recipe leaves nothing behind.
 */
async function keep(place: string, { plan, sha256, recipes }: Loaded, workspace: Workspace): Promise<void> {
  // An error with its stack takes longer than looking.
  if (!existsSync(dirname(dirname(place)))) return
  const draft = `${place}.${sha256Hex(`${monotonic()}`).slice(0, 8)}.new`
  try {
    const { hash: planHash, json } = trustPlan(plan)
    const code = await new CodeFiles(workspace).hashes(allSteps(plan))
    const secrets = await moduleSecrets(plan, workspace.modules)
    const kept: Kept = { runner: RUNNER_VERSION, sha256, recipes, allow: workspace.allow, code, requests: knownRequests(code), secrets, params: Object.keys(paramsOf(plan)), planHash }
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(draft, `${JSON.stringify(kept)}\n${json}`)
    renameSync(draft, place)
  } catch {
    return
  }
}
