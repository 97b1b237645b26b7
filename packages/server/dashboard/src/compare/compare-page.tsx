import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { RunContext } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { byName, compareRuns, type NamedDifference } from '../model/compare-runs.ts'
import { duration, timestamp } from '../model/quantity.ts'
import { routeHref, runHref } from '../model/route.ts'
import { lengthOfRun, takeIn, type RunPicture } from '../model/run-picture.ts'
import { Notice } from '../parts/notice.tsx'
import { Badge } from '../parts/status.tsx'
import { useNow } from '../hooks/use-now.ts'
import { StepsCompared } from './steps-compared.tsx'

/** How two runs differ: A is the earlier one, as a rule. */
export function ComparePage({ a, b }: { a: string; b: string }) {
  const queries = useQueries({
    queries: [a, b].map((runId) => ({
      queryKey: ['insight', runId],
      queryFn: async ({ signal }: { signal: AbortSignal }) => takeIn(undefined, (await service.call('GET /runs/{run_id}/insight', { params: { run_id: runId }, signal })).body)!,
    })),
  })
  const [first, second] = queries
  const failed = queries.find(({ error }) => error !== null)
  return (
    <main id="main" className="page compare">
      <div className="head">
        <h1>Compare runs</h1>
        <span className="grow" />
        <a className="button" href={routeHref(['compare', b, a])}>
          The other way round
        </a>
      </div>
      {failed && <Notice error={failed.error} onRetry={() => void failed.refetch()} />}
      {first?.data !== undefined && second?.data !== undefined ? <Compared a={first.data} b={second.data} /> : !failed && <p className="none">Reading…</p>}
    </main>
  )
}

function Compared({ a, b }: { a: RunPicture; b: RunPicture }) {
  const { causes, steps } = useMemo(() => compareRuns(a, b), [a, b])
  return (
    <>
      <div className="sides">
        <Side label="A" picture={a} />
        <Side label="B" picture={b} />
      </div>
      <h2>What they were made of</h2>
      {causes.length === 0 && <p className="dim">The same plan, code, parameters, versions and options.</p>}
      {causes.map(({ title, differences }) => (
        <Differences key={title} title={title} differences={differences} />
      ))}
      <StepsCompared steps={steps} a={a.insight.run_id} b={b.insight.run_id} />
      <ContextCompared a={a.insight.run_id} b={b.insight.run_id} />
    </>
  )
}

function Side({ label, picture: { insight } }: { label: string; picture: RunPicture }) {
  const now = useNow(insight.status === 'running')
  return (
    <section className="box" aria-label={`Run ${label}`}>
      <div className="head">
        <b>{label}</b>
        <a href={runHref(insight.run_id)}>{insight.name}</a>
        <Badge status={insight.status} />
      </div>
      <p className="small dim">
        <code>{insight.run_id}</code>
        <br />
        begun {timestamp(insight.created_at)}, {insight.status === 'running' ? 'so far' : 'took'} {duration(lengthOfRun(insight, now))}
      </p>
      {insight.error !== null && <p className="small failed some">{insight.error.message}</p>}
    </section>
  )
}

function Differences({ title, differences }: { title: string; differences: readonly NamedDifference[] }) {
  return (
    <>
      <h3>{title}</h3>
      <div className="wide" tabIndex={0} role="group" aria-label={title}>
        <table className="differences">
          <thead>
            <tr>
              <th scope="col">what</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ name, path, a, b }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                  {path !== '$' && <code className="dim"> {path.slice(1)}</code>}
                </th>
                <td>
                  <Value value={a} />
                </td>
                <td>
                  <Value value={b} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span className="dim">nothing</span>
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (/^[0-9a-f]{40,}$/.test(text)) return <code title={text}>{text.slice(0, 16)}…</code>
  return <code>{text.length > 300 ? `${text.slice(0, 300)}…` : text}</code>
}

function ContextCompared({ a, b }: { a: string; b: string }) {
  const queries = useQueries({
    queries: [a, b].map((runId) => ({
      queryKey: ['context', runId],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await service.call('GET /runs/{run_id}/context', { params: { run_id: runId }, signal })).body,
    })),
  })
  const failed = queries.find(({ error }) => error !== null)
  const [first, second] = queries
  const [before, after] = [first?.data, second?.data]
  const differences = useMemo(() => (before && after ? byName(valuesOf(before), valuesOf(after)) : undefined), [before, after])
  return (
    <>
      <h2>Context</h2>
      {failed && <Notice error={failed.error} />}
      {differences === undefined && !failed && <p className="dim">Reading…</p>}
      {differences?.length === 0 && <p className="dim">Both have the same keys and values.</p>}
      {differences !== undefined && differences.length > 0 && <Differences title="Where keys first differ" differences={differences} />}
    </>
  )
}

function valuesOf({ keys }: RunContext): Record<string, unknown> {
  return Object.fromEntries(Object.entries(keys).flatMap(([key, { value }]) => (key.startsWith('_runner.') ? [] : [[key, value]])))
}
