import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRecipe, RunnerError, UnchangedFiles, type JobFinder, type LoadedRecipe, type ModuleFinder, type Plan, type StartOptions } from '@lorc/runner'
import type * as z from 'zod'
import type { recipeSchema } from '../contract/recipes.ts'
import { ServerError } from '../errors.ts'
import { RecipeFiles } from './recipe-files.ts'

type RecipeAnswer = z.input<typeof recipeSchema>

export interface OpenedRecipe {
  plan: Plan
  recipe: NonNullable<StartOptions['recipe']>
}

export interface RecipePlace {
  /** The workspace; absolute. */
  root: string
  allow: readonly string[]
  stateDir: string
  jobs?: JobFinder | undefined
  modules?: ModuleFinder | undefined
}

interface Kept {
  files: UnchangedFiles
  opened: OpenedRecipe
}

/** Recipes that are kept compiled, at most. */
const MOST_KEPT = 1000

/** The recipes of a workspace. One that was opened before is compiled again when a file that it is made of changes. */
export class RecipeCatalogue {
  readonly #place: RecipePlace
  readonly #files: RecipeFiles
  readonly #kept = new Map<string, Kept>()
  /** Compiled at this moment: whoever asks meanwhile gets the same. */
  readonly #opening = new Map<string, Promise<OpenedRecipe>>()

  /** `folders` are relative to the workspace. */
  constructor(place: RecipePlace, folders: readonly string[]) {
    this.#place = place
    this.#files = new RecipeFiles(place.root, folders)
  }

  /** Every recipe, those with problems too, by name. */
  async list(): Promise<RecipeAnswer[]> {
    const files = [...(await this.#files.all())]
    return Promise.all(files.map(async ([name, path]) => answerOf(name, await this.#load(path))))
  }

  /** Paths relative to the workspace by name, sorted by name: what looks like a recipe, with problems or without. */
  paths(): Promise<Map<string, string>> {
    return this.#files.all()
  }

  /** The path of a recipe relative to the workspace; undefined: there is none of this name. */
  pathOf(name: string): Promise<string | undefined> {
    return this.#files.find(name)
  }

  /** Throws ServerError RECIPE_UNKNOWN, and RunnerError RECIPE_INVALID with every problem in `details.problems`. */
  async open(name: string): Promise<OpenedRecipe> {
    const kept = this.#kept.get(name)
    if (kept?.files.areUnchanged === true) return kept.opened
    let opening = this.#opening.get(name)
    if (!opening) {
      opening = this.#open(name).finally(() => this.#opening.delete(name))
      this.#opening.set(name, opening)
    }
    return opening
  }

  async #open(name: string): Promise<OpenedRecipe> {
    const path = await this.#files.find(name)
    if (path === undefined) throw await this.#unknown(name)
    const loaded = await this.#load(path)
    const opened = openedOf(loaded, path)
    this.#keep(name, loaded, opened)
    return opened
  }

  #keep(name: string, loaded: LoadedRecipe, opened: OpenedRecipe): void {
    const read = [loaded, ...loaded.recipes].map(({ path, sha256 }) => ({ file: join(this.#place.root, path), sha256 }))
    const sooner = this.#files.placesBefore(name, loaded.path).map((path) => join(this.#place.root, path))
    const files = new UnchangedFiles([...sooner, ...read.map(({ file }) => file)])
    // One may have been changed since it was read: then what was read is not kept.
    if (read.some(({ file, sha256 }) => hashOf(file) !== sha256)) return
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(name, { files, opened })
  }

  #load(path: string): Promise<LoadedRecipe> {
    const { root, allow, stateDir, jobs, modules } = this.#place
    return openRecipe(join(root, path), { root, allow, jobs, modules }, stateDir)
  }

  async #unknown(name: string): Promise<ServerError> {
    const { suggest } = await import('@lorc/runner/recipe')
    const near = suggest(name, (await this.#files.all()).keys())
    return new ServerError('RECIPE_UNKNOWN', `The workspace has no recipe \`${name}\`.`, {
      fix: near === undefined ? '`GET /recipes` lists them.' : `Did you mean \`${near}\`?`,
    })
  }
}

/** Undefined: it is not there any more. */
function hashOf(file: string): string | undefined {
  try {
    return hash('sha256', readFileSync(file))
  } catch {
    return undefined
  }
}

function openedOf({ plan, problems, sha256 }: LoadedRecipe, path: string): OpenedRecipe {
  if (plan) return { plan, recipe: { path, sha256 } }
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`
  throw new RunnerError('RECIPE_INVALID', `The recipe ${path} has ${count}: ${problems[0]?.message ?? ''}.`, {
    fix: `See them all: lorc validate ${path}`,
    details: { problems: problems.map(problemAnswer) },
  })
}

function answerOf(name: string, { plan, problems, path }: LoadedRecipe): RecipeAnswer {
  return {
    name,
    path,
    title: plan?.name ?? null,
    description: plan?.description ?? null,
    steps: plan?.steps.length ?? null,
    params: plan?.params ?? null,
    problems: problems.map(problemAnswer),
  }
}

type ProblemAnswer = { code: string; message: string; line: number; column: number } | { code: string; message: string; line: number; column: number; fix: string }

function problemAnswer({ code, message, line, column, fix }: LoadedRecipe['problems'][number]): ProblemAnswer {
  const at = { code, message, line, column }
  return fix === undefined ? at : { ...at, fix }
}
