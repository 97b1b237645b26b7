import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Module } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { fieldsOf, pointerPart, type Field } from '../model/form-fields.ts'
import { callBody, callsOf, withCall, type ModuleCall } from '../model/module-calls.ts'
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
  calls: readonly ModuleCall[]
  /** The form's own body, where calls stand by their ids. */
  body: unknown
}

function Scenario({ modules, given }: { modules: readonly Module[]; given: Given }) {
  const [calls, setCalls] = useState(given.calls)
  const fields = useMemo(() => [...FIELDS, ...OPTIONS], [])
  const more = useMemo(() => ({ title: 'Parameters and order of the modules', fields: calls.flatMap(({ id }) => callFields(id, calls)) }), [calls])
  const choose = (name: string, is: boolean): void => setCalls(is ? withCall(calls, name) : calls.filter(({ module }) => module !== name))
  const start = async ({ body: { modules: own, ...rest }, headers }: StartRequest): Promise<string> => {
    const body = { ...rest, modules: calls.map((call) => callBody(call, own)) } as Parameters<typeof service.call<'POST /plan_and_execute'>>[1]['body']
    return (await service.call('POST /plan_and_execute', { body, headers: { ...headers, prefer: 'respond-async' } })).body.run_id
  }
  return (
    <section aria-label="Scenario" className="scenario">
      <h2>Modules</h2>
      <ul className="modules">
        {modules.map(({ name, healthy, problem, breaker, metadata }) => {
          const places = calls.flatMap(({ module }, place) => (module === name ? [place] : []))
          return (
            <li key={name}>
              <label className="check">
                <input type="checkbox" checked={places.length > 0} onChange={(event) => choose(name, event.target.checked)} />
                <b>{name}</b>
                {places.map((place) => (
                  <span key={place} className="badge running">
                    {place + 1}
                  </span>
                ))}
              </label>
              {places.length > 0 && (
                <span className="tools">
                  <button type="button" aria-label={`Call ${name} once more`} onClick={() => choose(name, true)}>
                    Once more
                  </button>
                  {places.slice(1).map((place) => (
                    <button key={place} type="button" aria-label={`Leave out ${calls[place]!.id}`} onClick={() => setCalls(calls.filter((_, other) => other !== place))}>
                      {calls[place]!.id} ×
                    </button>
                  ))}
                </span>
              )}
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
      {calls.length === 0 ? <p className="none">Choose a module.</p> : <StartForm fields={fields} more={more} given={given.body} placeOf={(place) => byId(place, calls)} onStart={start} />}
    </section>
  )
}

/** What may be said of a call. */
function callFields(id: string, calls: readonly ModuleCall[]): Field[] {
  const others = calls.flatMap((other) => (other.id === id ? [] : other.id))
  const properties = {
    parameters: { type: 'object', title: `Parameters of ${id}`, description: 'Passed to this call alone' },
    ...(others.length > 0 && { depends_on: { type: 'array', items: { enum: others }, title: `${id} waits for`, description: 'None: for those before it' } }),
  }
  return fieldsOf({ properties }, `/modules/${pointerPart(id)}`)
}

/** The service counts calls, the form names them. */
function byId(place: string, calls: readonly ModuleCall[]): string {
  return place.replace(/^\/modules\/(\d+)/, (_, index: string) => `/modules/${pointerPart(calls[Number(index)]?.id ?? '')}`)
}

function givenBy(request: unknown): Given {
  const { calls, more } = callsOf(request)
  return { calls, body: isSchema(request) ? { ...request, modules: more } : undefined }
}
