import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recipeOf, scratch } from '../service.fixture.ts'
import { RecipeCatalogue } from './recipe-catalogue.ts'

const OUTER = `name: outer
steps:
  - { name: over, type: recipe, recipe: recipes/inner.yaml }
  - { name: call, type: module, module: scorer }
`

it('keeps no recipe whose place another file has taken', async () => {
  const root = await scratch({ 'daily.yml': recipeOf('daily', 'a'), 'recipes/other.yaml': recipeOf('other', 'a'), 'a.sh': '', 'b.sh': '' })
  const recipes = new RecipeCatalogue({ root, allow: [], stateDir: join(root, '.lorc') }, ['recipes', '.'])
  const opened = async (): Promise<unknown[]> => {
    const { plan, recipe } = await recipes.open('daily')
    return [recipe.path, plan.steps[0]?.name]
  }
  expect(await opened()).toEqual(['daily.yml', 'a'])
  writeFileSync(join(root, 'daily.yaml'), recipeOf('daily', 'b'))
  expect(await opened()).toEqual(['daily.yaml', 'b'])
  writeFileSync(join(root, 'recipes/daily.yml'), recipeOf('daily', 'a'))
  expect(await opened()).toEqual(['recipes/daily.yml', 'a'])
})

it('keeps no recipe that was changed, itself or one that it runs, while it was compiled', async () => {
  const root = await scratch({ 'recipes/outer.yaml': OUTER, 'recipes/inner.yaml': recipeOf('inner', 'a'), 'a.sh': '', 'b.sh': '' })
  const write = (name: string, text: string): void => writeFileSync(join(root, 'recipes', `${name}.yaml`), text)
  let meanwhile = (): void => undefined
  const locate = (): { secrets: [] } => {
    meanwhile()
    return { secrets: [] }
  }
  const recipes = new RecipeCatalogue({ root, allow: [], stateDir: join(root, '.lorc'), modules: { locate } }, ['recipes'])
  const shown = async (): Promise<unknown> => {
    const { steps } = (await recipes.open('outer')).plan
    return [steps.length, steps[0]?.recipe?.plan.steps[0]?.name]
  }
  meanwhile = () => write('inner', recipeOf('inner', 'b'))
  expect(await shown()).toEqual([2, 'a'])
  meanwhile = () => write('outer', OUTER.replace(/.*scorer.*\n/, ''))
  expect(await shown()).toEqual([2, 'b'])
  expect(await shown()).toEqual([1, 'b'])
  write('outer', OUTER)
  meanwhile = () => undefined
  expect(await shown()).toEqual([2, 'b'])
  const kept = await recipes.open('outer')
  expect(await recipes.open('outer')).toBe(kept)
})
