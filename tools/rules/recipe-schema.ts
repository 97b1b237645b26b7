// Writes the JSON Schema of recipes, which editors read, to docs/recipe.schema.json: `recipe-schema.ts [--update]`.
// Every recipe of the examples must name it.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { recipeJsonSchema } from '../../packages/runner/src/lib/recipe/schema/recipe-json-schema.ts'

const page = resolve('docs/recipe.schema.json')
const made = `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`
if (process.argv.includes('--update')) writeFileSync(page, made)
else if (readFileSync(page, 'utf8') !== made) {
  console.error('docs/recipe.schema.json is not that of the recipe language. Run `pnpm schema` and commit it.')
  process.exitCode = 1
}

for (const recipe of globSync('examples/*/!(*.config).yaml')) {
  const line = `# yaml-language-server: $schema=${relative(dirname(recipe), page)}`
  if (readFileSync(recipe, 'utf8').startsWith(`${line}\n`)) continue
  console.error(`${recipe} does not begin with the line \`${line}\`.`)
  process.exitCode = 1
}
