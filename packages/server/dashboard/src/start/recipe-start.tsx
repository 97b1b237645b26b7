import { useQuery } from '@tanstack/react-query'
import type { Insight, Page, Recipe } from '../api/answers.ts'
import { address, getJson, postJson } from '../api/request.ts'
import { counted } from '../model/quantity.ts'
import { routeHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { ChoiceList } from './choice-list.tsx'
import { StartForm } from './start-form.tsx'

/** `from`: the run whose parameters the form begins with. */
export function RecipeStart({ name, from }: { name: string | null; from: string | undefined }) {
  const { data, error, refetch } = useQuery({ queryKey: ['recipes'], queryFn: ({ signal }) => getJson<Page<Recipe>>('/recipes', signal) })
  const source = useQuery({
    queryKey: ['given', from],
    queryFn: ({ signal }) => getJson<Insight>(address(['runs', from ?? '', 'insight']), signal),
    enabled: from !== undefined,
  })
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Reading…</p>
  if (data.items.length === 0) {
    return (
      <p className="none">
        The workspace has no recipe. <code>lorc init</code> begins with one.
      </p>
    )
  }
  const recipe = data.items.find((item) => item.name === name)
  const choices = data.items.map((item) => ({
    name: item.name,
    note: item.problems.length > 0 ? counted(item.problems.length, 'problem') : (item.description ?? `${counted(item.steps ?? 0, 'step')}, ${item.path}`),
    href: routeHref(['start', 'recipes', item.name]),
    broken: item.problems.length > 0,
  }))
  return (
    <div className="shelf">
      <ChoiceList choices={choices} chosen={name} what="recipes" />
      {name === null ? (
        <p className="none">Choose a recipe.</p>
      ) : recipe === undefined ? (
        <p className="none">The workspace has no recipe {name}.</p>
      ) : (
        <section aria-label={recipe.name}>
          <h2>{recipe.title ?? recipe.name}</h2>
          <p className="dim small">
            <code>{recipe.path}</code>
            {recipe.steps !== null && `, ${counted(recipe.steps, 'step')}`}
          </p>
          {recipe.description !== null && <p>{recipe.description}</p>}
          {recipe.problems.length > 0 ? (
            <Problems recipe={recipe} />
          ) : from !== undefined && source.isPending ? (
            <p className="none">Reading…</p>
          ) : (
            <StartForm key={`${recipe.name} ${from ?? ''}`} schema={recipe.params} given={source.data?.facts.params} onStart={(params) => startRecipe(recipe.name, params)} />
          )}
        </section>
      )}
    </div>
  )
}

async function startRecipe(name: string, params: Record<string, unknown>): Promise<string> {
  return (await postJson<{ run_id: string }>(address(['recipes', name, 'runs']), { params })).run_id
}

function Problems({ recipe: { path, problems } }: { recipe: Recipe }) {
  return (
    <div className="trouble">
      <h3>It cannot be started as it is</h3>
      <ul>
        {problems.map(({ line, column, message, fix }) => (
          <li key={`${line}:${column} ${message}`}>
            <code>
              {path}:{line}:{column}
            </code>{' '}
            {message}
            {fix !== undefined && <> ({fix})</>}
          </li>
        ))}
      </ul>
    </div>
  )
}
