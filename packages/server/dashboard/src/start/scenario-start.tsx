import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Module } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { fieldsOf, pointerPart, type Field } from '../model/form-fields.ts'
import { isSchema } from '../model/plain-schema.ts'
import { Notice } from '../parts/notice.tsx'
import { Words } from '../parts/words.tsx'
import { StartForm, type StartRequest } from './start-form.tsx'

/** What the body of `POST /plan_and_execute` takes besides modules. */
const FIELDS = fieldsOf({
  properties: {
    scenario_id: { type: 'string', title: 'Scenario', description: 'A name of your own for what is asked' },
    inputs: { type: 'object', title: 'Inputs', description: 'Passed to each module' },
  },
  required: ['scenario_id'],
})
const OPTIONS = fieldsOf(
  {
    properties: {
      seed: { type: 'integer', title: 'Seed', description: 'Reaches each module. Left empty: it follows from the run', minimum: 0, maximum: 2_147_483_647 },
      parallel: { type: 'boolean', title: 'All modules at once', default: false, description: 'But for those that wait for others' },
      save_artifacts: { type: 'boolean', title: 'Keep artifacts', default: true },
      health_check: { type: 'boolean', title: 'All modules have to be well first', default: true },
    },
  },
  '/run_options',
)

/** Modules in an order, and what they are asked. `from`: the run whose request the form begins with. */
export function ScenarioStart({ from }: { from: string | undefined }) {
  const { data, error, refetch } = useQuery({ queryKey: ['modules'], queryFn: async ({ signal }) => (await service.call('GET /modules', { signal })).body })
  const source = useQuery({
    queryKey: ['asked', from],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/insight', { params: { run_id: from ?? '' }, signal })).body.facts.request,
    enabled: from !== undefined,
  })
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (source.error !== null) return <Notice error={source.error} onRetry={() => void source.refetch()} />
  if (data === undefined || source.isLoading) return <p className="none">Asking the modules…</p>
  if (data.items.length === 0) {
    return (
      <p className="none">
        No module is configured. The configuration names them under <code>modules</code>.
      </p>
    )
  }
  return <Scenario key={from ?? ''} modules={data.items} given={givenBy(source.data)} />
}

interface Given {
  chosen: readonly string[]
  /** The form's own body, where modules stand by their names. */
  body: unknown
}

function Scenario({ modules, given }: { modules: readonly Module[]; given: Given }) {
  const [chosen, setChosen] = useState(given.chosen)
  const fields = useMemo(() => [...FIELDS, ...OPTIONS], [])
  const more = useMemo(() => ({ title: 'Parameters and order of the modules', fields: chosen.flatMap((name) => moduleFields(name, chosen)) }), [chosen])
  const choose = (name: string, is: boolean): void => setChosen(is ? [...chosen, name] : chosen.filter((other) => other !== name))
  const start = async ({ body: { modules: own = {}, ...rest }, headers }: StartRequest): Promise<string> => {
    const body = { ...rest, modules: chosen.map((name) => asked(name, own)) } as Parameters<typeof service.call<'POST /plan_and_execute'>>[1]['body']
    return (await service.call('POST /plan_and_execute', { body, headers: { ...headers, prefer: 'respond-async' } })).body.run_id
  }
  return (
    <section aria-label="Scenario" className="scenario">
      <h2>Modules</h2>
      <ul className="modules">
        {modules.map(({ name, healthy, problem, breaker, metadata }) => {
          const place = chosen.indexOf(name)
          return (
            <li key={name}>
              <label className="check">
                <input type="checkbox" checked={place >= 0} onChange={(event) => choose(name, event.target.checked)} />
                <b>{name}</b>
                {place >= 0 && <span className="badge running">{place + 1}</span>}
              </label>
              <span className={`small ${healthy ? 'completed' : 'failed'}`}>
                {healthy ? 'well' : <Words text={problem ?? 'It does not answer.'} />}
                {breaker === 'open' && ', and not asked for a while'}
              </span>
              {typeof metadata?.['description'] === 'string' && <span className="dim small">{metadata['description']}</span>}
            </li>
          )
        })}
      </ul>
      <p className="dim small">They run in the order in which they are chosen, each with the results of those before it.</p>
      {chosen.length === 0 ? <p className="none">Choose a module.</p> : <StartForm fields={fields} more={more} given={given.body} placeOf={(place) => byName(place, chosen)} onStart={start} />}
    </section>
  )
}

/** What may be said of a module that is called. */
function moduleFields(name: string, chosen: readonly string[]): Field[] {
  const others = chosen.filter((other) => other !== name)
  const properties = {
    parameters: { type: 'object', title: `Parameters of ${name}`, description: 'Passed to this module alone' },
    ...(others.length > 0 && { depends_on: { type: 'array', items: { enum: others }, title: `${name} waits for`, description: 'None: for those before it' } }),
  }
  return fieldsOf({ properties }, `/modules/${pointerPart(name)}`)
}

function asked(name: string, own: unknown): unknown {
  const more = isSchema(own) && Object.hasOwn(own, name) ? own[name] : undefined
  return isSchema(more) ? { module: name, ...more } : name
}

/** The service counts modules, the form names them. */
function byName(place: string, chosen: readonly string[]): string {
  return place.replace(/^\/modules\/(\d+)/, (_, index: string) => `/modules/${pointerPart(chosen[Number(index)] ?? '')}`)
}

function givenBy(request: unknown): Given {
  if (!isSchema(request) || !Array.isArray(request['modules'])) return { chosen: [], body: undefined }
  const modules = (request['modules'] as unknown[]).flatMap((one) => (typeof one === 'string' ? [[one, {}] as const] : isSchema(one) && typeof one['module'] === 'string' ? [[one['module'], one] as const] : []))
  return { chosen: [...new Set(modules.map(([name]) => name))], body: { ...request, modules: Object.fromEntries(modules) } }
}
