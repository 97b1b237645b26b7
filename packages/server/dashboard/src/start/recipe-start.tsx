import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { isRefusal } from '../api/retry.ts'
import type { Recipe } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { fieldsOf } from '../model/form-fields.ts'
import { counted } from '../model/quantity.ts'
import { routeHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { Words } from '../parts/words.tsx'
import { ChoiceList } from './choice-list.tsx'
import { StartForm, type StartRequest } from './start-form.tsx'

/** What the body of `POST /recipes/{name}/runs` takes besides parameters. */
const OPTIONS = fieldsOf({
  properties: {
    only: { type: 'array', items: { type: 'string' }, title: 'Only', description: 'These steps, and what they depend on' },
    skip: { type: 'array', items: { type: 'string' }, title: 'Skip', description: 'These steps' },
    concurrency: { type: 'integer', title: 'At once', description: 'So many attempts at once, at most', minimum: 1, maximum: 100_000 },
    fail_fast: { type: 'boolean', title: 'End at the first failure', description: 'Whatever the recipe says' },
  },
})
const MORE = { title: 'Options', fields: OPTIONS }

/** `from`: the run whose parameters the form begins with. */
export function RecipeStart({ name, from }: { name: string | null; from: string | undefined }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['recipes'],
    queryFn: async ({ signal }) => (await service.call('GET /recipes', { signal })).body,
    // Whoever comes back may come from an editor.
    refetchOnWindowFocus: true,
  })
  if (data === undefined) return error === null ? <p className="none">Reading…</p> : <Notice error={error} onRetry={() => void refetch()} />
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
      <ChoiceList choices={choices} chosen={name === null ? null : routeHref(['start', 'recipes', name])} what="recipes" />
      {name === null ? <p className="none">Choose a recipe.</p> : recipe === undefined ? <p className="none">The workspace has no recipe {name}.</p> : <OneRecipe key={`${name} ${from ?? ''}`} recipe={recipe} from={from} onChanged={refetch} />}
    </div>
  )
}

interface OneRecipeProps {
  recipe: Recipe
  from: string | undefined
  /** Reads it again. */
  onChanged: () => Promise<unknown>
}

function OneRecipe({ recipe, from, onChanged }: OneRecipeProps) {
  const { name, title, path, steps, description, params, problems } = recipe
  const fields = useMemo(() => fieldsOf(params, '/params'), [params])
  const source = useQuery({
    queryKey: ['given', from],
    queryFn: async ({ signal }) => ({ params: (await service.call('GET /runs/{run_id}/insight', { params: { run_id: from ?? '' }, signal })).body.facts.params }),
    enabled: from !== undefined,
  })
  const start = async (request: StartRequest): Promise<string> => {
    try {
      return (await service.call('POST /recipes/{name}/runs', { params: { name }, ...request })).body.run_id
    } catch (error) {
      // What was refused may be a recipe that has changed since: its form is made anew, with what was entered.
      if (isRefusal(error)) await onChanged()
      throw error
    }
  }
  return (
    <section aria-label={name}>
      <h2>{title ?? name}</h2>
      <p className="dim small">
        <code>{path}</code>
        {steps !== null && `, ${counted(steps, 'step')}`}
      </p>
      {description !== null && <p>{description}</p>}
      {source.error !== null && <Notice error={source.error} />}
      {problems.length > 0 ? (
        <Problems recipe={recipe} />
      ) : source.isLoading ? (
        <p className="none">Reading…</p>
      ) : (
        <StartForm
          fields={fields}
          more={MORE}
          given={source.data}
          onStart={start}
        />
      )}
    </section>
  )
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
            <Words text={message} />
            {fix !== undefined && (
              <>
                {' '}
                (<Words text={fix} />)
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
