import { existsSync, readFileSync, statSync } from 'node:fs'
import { type FileHandle, open, readdir, readlink } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { RunnerError } from '../errors.ts'
import type { Plan } from '../plan.ts'
import { sha256Hex } from '../journal/sha256.ts'
import { resolveInside, type Workspace } from '../workspace/workspace.ts'
import { tooLarge } from './text/decode.ts'
import type { CompileOptions } from './compile-options.ts'
import type { Draft } from './draft.ts'
import { DEFAULT_LIMITS } from './text/limits.ts'
import { stepPath } from './outline.ts'
import { isPlanModule, normalizePath } from './paths.ts'
import type { Finding, Problem } from './text/problem.ts'
import { quickRecipe } from './quick-recipe.ts'
import { RecipeSource } from './text/source.ts'
import type { RuleFinding } from './step-rules.ts'
import { extentOf } from './rules/sub-recipe-rules.ts'
import { suggestFile } from '../suggest.ts'
import { quote } from '../wording.ts'

/** A recipe file as it was read: its plan, or every problem with its place. */
export interface LoadedRecipe {
  /** Present exactly when there are no problems. */
  plan?: Plan
  /** In the order of their places. */
  problems: Problem[]
  /** Of the file's bytes, in hex; empty if they could not be read. */
  sha256: string
  /** The file relative to the workspace, with `/` between its parts. */
  path: string
  /** The recipes that its steps run, at any depth. */
  recipes: { path: string; sha256: string }[]
}

/**
 * Reads, compiles and inspects a recipe file, with the recipes that its steps run. `file` is absolute or relative to the
 * current folder, and is what problems call it. Never rejects: a file that cannot be read is a problem too.
 */
export async function loadRecipe(
  file: string,
  workspace: Workspace,
  options: Omit<CompileOptions, 'file'> = {},
): Promise<LoadedRecipe> {
  return await new RecipeLoader(workspace, options).load(file, relativePath(file, workspace), [])
}

/** How deep recipes may run recipes. */
const DEEPEST = 16
/** Steps that a plan may have, with those of the recipes within it: a recipe that is run twice counts twice. */
const MOST_STEPS = 250_000

class RecipeLoader {
  readonly #workspace: Workspace
  readonly #options: Omit<CompileOptions, 'file'>
  readonly #loaded = new Map<string, Promise<LoadedRecipe>>()
  /** Files whose problems were told. */
  readonly #told = new Set<string>()

  constructor(workspace: Workspace, options: Omit<CompileOptions, 'file'>) {
    this.#workspace = workspace
    this.#options = options
  }

  /** `outer` are the paths of the recipes that run this one, outermost first. */
  async load(file: string, path: string, outer: readonly string[]): Promise<LoadedRecipe> {
    const none = { sha256: '', path, recipes: [] }
    const read = await readBounded(file, this.#options.limits?.bytes ?? DEFAULT_LIMITS.bytes, this.#workspace.root)
    if (!(read instanceof Uint8Array)) return { ...none, problems: [new RecipeSource(file, '').problem(read)] }
    const quick = await this.#quick(read, file)
    if (quick) return { plan: quick, problems: [], sha256: sha256Of(read), path, recipes: [] }
    const [{ draftRecipe }, { finishRecipe }, { inspectRecipe }] = await Promise.all([
      import('./draft.ts'),
      import('./compile.ts'),
      import('./code/inspect.ts'),
    ])
    const draft = draftRecipe(read, { ...this.#options, file })
    const { subPlans, findings, problems: inner, recipes } = await this.#loadInner(draft, file, [...outer, path])
    const compiled = finishRecipe(draft, subPlans, findings)
    const own = [...compiled.problems, ...(await inspectRecipe(compiled, this.#workspace, file))]
    own.sort((a, b) => a.line - b.line || a.column - b.column)
    const problems = [...own, ...inner]
    const plan = problems.length === 0 ? compiled.plan : undefined
    return { ...(plan ? { plan } : {}), problems, sha256: sha256Of(read), path, recipes: [...recipes.values()] }
  }

  /** The plan of a recipe that is plain, runs no other and has no problem. */
  async #quick(read: Uint8Array, file: string): Promise<Plan | undefined> {
    const quick = quickRecipe(read, { ...this.#options, file })
    if (!quick) return undefined
    const { value, steps, expressions, open } = quick
    if (expressions.length + open.length > 0) {
      const { checkExpressions } = await import('./rules/expression-rules.ts')
      if (checkExpressions(value, steps, expressions, open).length > 0) return undefined
    }
    const { lookAtCode } = await import('./code/inspect.ts')
    return (await lookAtCode(steps, this.#workspace)).length > 0 ? undefined : quick.plan
  }

  async #loadInner(draft: Draft, file: string, chain: readonly string[]): Promise<Inner> {
    const inner: Inner = { subPlans: new Map(), findings: [], problems: [], recipes: new Map() }
    const own = chain.at(-1) ?? ''
    let steps = draft.steps.length
    for (const step of draft.steps) {
      const path = step.type === 'recipe' && step.recipe !== undefined ? normalizePath(step.recipe) : undefined
      if (path === undefined || path === '') continue
      const at = stepPath(step, 'recipe')
      const refused = isPlanModule(path) ? isCode(path) : chain.includes(path) ? circle(chain, path) : chain.length > DEEPEST ? TOO_DEEP : undefined
      if (refused) {
        inner.findings.push({ ...refused, at })
        continue
      }
      const found = await this.#resolve(step.recipe!)
      if ('finding' in found) {
        inner.findings.push({ ...found.finding, at })
        continue
      }
      const shown = file.endsWith(own) ? `${file.slice(0, -own.length)}${path}` : found.file
      const loading = this.#loaded.get(path) ?? this.load(shown, path, chain)
      this.#loaded.set(path, loading)
      const loaded = await loading
      for (const one of [{ path, sha256: loaded.sha256 }, ...loaded.recipes]) inner.recipes.set(one.path, one)
      if (loaded.plan) {
        inner.subPlans.set(path, loaded.plan)
        const within = extentOf(loaded.plan)
        steps += within.steps
        if (chain.length + within.depth > DEEPEST + 1) inner.findings.push({ ...TOO_DEEP, at })
        if (steps > MOST_STEPS) return { ...inner, findings: [{ ...TOO_MANY, at }] }
      } else if (!this.#told.has(path)) {
        this.#told.add(path)
        inner.problems.push(...loaded.problems)
      }
      if (!loaded.plan) inner.findings.push({ ...unusable(path, loaded.problems.length), at })
    }
    return inner
  }

  async #resolve(path: string): Promise<{ file: string } | { finding: Omit<RuleFinding, 'at'> }> {
    try {
      return { file: await resolveInside(this.#workspace, path) }
    } catch (error) {
      const { code, message, fix } = RunnerError.from(error, 'RECIPE_UNREADABLE')
      return { finding: { code, message: message.replace(/\.$/, ''), ...(fix === undefined ? {} : { fix }) } }
    }
  }
}

/** What the recipes that a recipe's steps run gave. */
interface Inner {
  subPlans: Map<string, Plan>
  /** At the steps that run them. */
  findings: RuleFinding[]
  /** Of those recipes, in their files. */
  problems: Problem[]
  recipes: Map<string, { path: string; sha256: string }>
}

const TOO_DEEP: Omit<RuleFinding, 'at'> = {
  code: 'RECIPE_NESTING',
  message: `recipes run each other more than ${DEEPEST} deep`,
}
const TOO_MANY: Omit<RuleFinding, 'at'> = {
  code: 'RECIPE_TOO_LARGE',
  message: `the recipe has more than ${MOST_STEPS} steps, with those of the recipes that it runs`,
}

function circle(chain: readonly string[], path: string): Omit<RuleFinding, 'at'> {
  const hops = [...chain.slice(chain.indexOf(path)), path].map(quote)
  return { code: 'RECIPE_CIRCLE', message: `recipes run each other in a circle: ${hops.join(', which runs ')}`, fix: 'remove one of these steps' }
}

function isCode(path: string): Omit<RuleFinding, 'at'> {
  return {
    code: 'RECIPE_FIELD_VALUE',
    message: `${quote(path)} is code, which reading a recipe never runs: only recipes in YAML or JSON can be run by one`,
    fix: `run its YAML: \`lorc convert ${path} -o ${path.replace(/(\.plan)?\.\w+$/, '.yaml')}\`; or write this recipe in TypeScript, too`,
  }
}

function unusable(path: string, problems: number): Omit<RuleFinding, 'at'> {
  return { code: 'RECIPE_INVALID', message: `the recipe ${quote(path)} has ${problems} problem${problems === 1 ? '' : 's'} of its own` }
}

function sha256Of(bytes: Uint8Array): string {
  return sha256Hex(bytes)
}

function relativePath(file: string, workspace: Workspace): string {
  return relative(workspace.root, resolve(file)).split(sep).join('/')
}

async function readBounded(file: string, maxBytes: number, root: string): Promise<Uint8Array | Finding> {
  try {
    const found = statSync(file)
    if (found.size > maxBytes) return tooLarge(maxBytes)
    // At once: the threads that read files take longer to be started, and to be waited for, than this file to be read.
    if (found.isFile()) return readFileSync(file)
    const handle = await open(file)
    try {
      return await readAll(handle, maxBytes)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return await unreadable(file, error, root)
  }
}

/** What is not a file of the disk may end late, or never. */
async function readAll(handle: FileHandle, maxBytes: number): Promise<Uint8Array | Finding> {
  const bytes = new Uint8Array(maxBytes + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length)
    length += bytesRead
    if (bytesRead === 0) return bytes.subarray(0, length)
    if (length === bytes.length) return tooLarge(maxBytes)
  }
}

async function unreadable(file: string, error: unknown, root: string): Promise<Finding> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const target = LOST.includes(code) ? await readlink(file).catch(() => undefined) : undefined
  if (target !== undefined) {
    return { code: 'RECIPE_UNREADABLE', message: `${quote(basename(file))} is a symlink that leads nowhere, to ${quote(target)}`, range: [0, 0] }
  }
  const why = WHY[code] ?? `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  const finding: Finding = { code: 'RECIPE_UNREADABLE', message: `${quote(basename(file))} ${why}`, range: [0, 0] }
  return code === 'ENOENT' ? { ...finding, fix: await whatIsThere(file, root) } : finding
}

/** What may have been meant by a file that is not there. */
async function whatIsThere(file: string, root: string): Promise<string> {
  const within = resolve(root, relative('', file))
  if (existsSync(within)) return `did you mean ${quote(relative('', within))}? A path is relative to the current folder, not to the workspace`
  const folder = dirname(resolve(file))
  const names = await readdir(folder).catch(() => undefined)
  if (names === undefined) return `there is no folder ${quote(folder)}`
  const recipes = names.filter((name) => /\.ya?ml$/i.test(name)).sort()
  const near = suggestFile(basename(file), recipes)
  if (near !== undefined) return `did you mean ${quote(join(dirname(file), near))}?`
  if (recipes.length === 0) return `there is no recipe in ${quote(folder)}; a path is relative to the current folder`
  const more = recipes.length > SHOWN ? ` and ${recipes.length - SHOWN} more` : ''
  return `in ${quote(folder)} there ${recipes.length === 1 ? 'is' : 'are'} ${recipes.slice(0, SHOWN).map(quote).join(', ')}${more}`
}

/** Recipes that are named, of those in a folder. */
const SHOWN = 5

/** Of links that lead to nothing, or in a circle. */
const LOST: readonly string[] = ['ENOENT', 'ELOOP']

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'cannot be read: permission denied',
}
