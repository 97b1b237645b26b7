import type { ReactNode } from 'react'
import { timestamp } from '../model/quantity.ts'
import { routeHref, runHref } from '../model/route.ts'
import { isSchema } from '../model/plain-schema.ts'
import { startName } from '../model/start-name.ts'
import { JsonView } from '../parts/json-view.tsx'
import type { TabProps } from '../parts/tab-props.ts'

/** What the run was made of: enough to make it again. */
export function FactsTab({ picture: { insight } }: TabProps) {
  const { facts, recipe, run_id: runId } = insight
  return (
    <section aria-label="Facts" className="facts-tab">
      <Block title="Parameters" empty="The run has none." values={facts.params}>
        <JsonView value={facts.params} />
        {recipe !== null && (
          <p>
            <a href={routeHref(['start', 'recipes', startName(recipe.path)], { from: runId })}>Start a run with these</a>
          </p>
        )}
      </Block>
      {facts.request !== null && (
        <Block title="Request" empty="" values={{ request: facts.request }}>
          <JsonView value={facts.request} />
          {isScenario(facts.request) && (
            <p>
              <a href={routeHref(['start', 'scenario'], { from: runId })}>Start a run with this</a>
            </p>
          )}
        </Block>
      )}
      <h2>Made of</h2>
      <dl>
        <dt>plan</dt>
        <dd>
          <code>{facts.plan_hash}</code>
        </dd>
        {recipe !== null && (
          <>
            <dt>recipe</dt>
            <dd>
              <code>{recipe.path}</code> <span className="dim small">sha256 {recipe.sha256}</span>
            </dd>
          </>
        )}
        {facts.time !== insight.created_at && (
          <>
            <dt>for</dt>
            <dd>{timestamp(Date.parse(facts.time))}</dd>
          </>
        )}
        <dt>seed</dt>
        <dd>{facts.seed}</dd>
        {facts.git !== null && (
          <>
            <dt>git</dt>
            <dd>
              <code>{facts.git.commit}</code>
              {facts.git.branch !== undefined && ` (${facts.git.branch})`}
            </dd>
          </>
        )}
        {facts.imported_from !== null && (
          <>
            <dt>results from</dt>
            <dd>
              <a href={runHref(facts.imported_from)}>{facts.imported_from}</a>
            </dd>
          </>
        )}
        {Object.entries(facts.versions).map(([name, version]) => (
          <Pair key={name} name={name} value={version} />
        ))}
      </dl>
      <Block title="Options" values={facts.options} empty="The run has none." />
      <Block title="Packages" values={facts.packages} empty="Its code uses no package." />
      <Block title="Code, with its SHA-256" values={facts.code} empty="It runs no code of the workspace." />
    </section>
  )
}

function isScenario(request: unknown): boolean {
  return isSchema(request) && Array.isArray(request['modules'])
}

function Pair({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
    </>
  )
}

function Block({ title, values, empty, children }: { title: string; values: Readonly<Record<string, unknown>>; empty: string; children?: ReactNode }) {
  const entries = Object.entries(values)
  return (
    <>
      <h2>{title}</h2>
      {entries.length === 0 ? (
        <p className="dim">{empty}</p>
      ) : (
        (children ?? (
          <div className="wide">
            <table>
              <tbody>
                {entries.map(([name, value]) => (
                  <tr key={name}>
                    <th scope="row">
                      <code>{name}</code>
                    </th>
                    <td>
                      <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ))
      )}
    </>
  )
}
