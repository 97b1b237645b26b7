import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Module, Page } from '../api/answers.ts'
import { getJson, postJson } from '../api/request.ts'
import { Notice } from '../parts/notice.tsx'
import { StartForm } from './start-form.tsx'

const SCHEMA = {
  properties: {
    scenario_id: { type: 'string', title: 'Scenario', description: 'A name of your own for what is asked' },
    inputs: { type: 'object', title: 'Inputs', description: 'Passed to each module', default: {} },
    seed: { type: 'integer', title: 'Seed', description: 'Left empty: it follows from the run', minimum: 0, maximum: 2_147_483_647 },
    parallel: { type: 'boolean', title: 'All modules at once', default: false },
    save_artifacts: { type: 'boolean', title: 'Keep artifacts', default: true },
    health_check: { type: 'boolean', title: 'All modules have to be well first', default: true },
  },
  required: ['scenario_id'],
} as const

/** Modules in an order, and what they are asked. */
export function ScenarioStart() {
  const { data, error, refetch } = useQuery({ queryKey: ['modules'], queryFn: ({ signal }) => getJson<Page<Module>>('/modules', signal) })
  const [chosen, setChosen] = useState<readonly string[]>([])
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Asking the modules…</p>
  if (data.items.length === 0) {
    return (
      <p className="none">
        No module is configured. The configuration names them under <code>modules</code>.
      </p>
    )
  }
  const choose = (name: string, is: boolean): void => setChosen(is ? [...chosen, name] : chosen.filter((other) => other !== name))
  const start = async ({ scenario_id, inputs, ...options }: Record<string, unknown>): Promise<string> => {
    const body = { scenario_id, modules: chosen, ...(inputs !== undefined && { inputs }), run_options: options }
    return (await postJson<{ run_id: string }>('/plan_and_execute', body, { prefer: 'respond-async' })).run_id
  }
  return (
    <section aria-label="Scenario" className="scenario">
      <h2>Modules</h2>
      <ul className="modules">
        {data.items.map(({ name, healthy, problem, metadata }) => {
          const place = chosen.indexOf(name)
          return (
            <li key={name}>
              <label className="check">
                <input type="checkbox" checked={place >= 0} onChange={(event) => choose(name, event.target.checked)} />
                <b>{name}</b>
                {place >= 0 && <span className="badge running">{place + 1}</span>}
              </label>
              <span className={`small ${healthy ? 'completed' : 'failed'}`}>{healthy ? 'well' : `not well: ${problem ?? 'it does not answer'}`}</span>
              {typeof metadata?.['description'] === 'string' && <span className="dim small">{metadata['description']}</span>}
            </li>
          )
        })}
      </ul>
      <p className="dim small">They run in the order in which they are chosen, each with the results of those before it.</p>
      {chosen.length === 0 ? <p className="none">Choose a module.</p> : <StartForm schema={SCHEMA} onStart={start} />}
    </section>
  )
}
