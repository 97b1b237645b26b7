import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { StepAnswer } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { counted, duration, listed } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { spanWords } from '../model/span-words.ts'
import { whyWords } from '../model/step-words.ts'
import { Notice } from '../parts/notice.tsx'
import { Badge } from '../parts/status.tsx'
import { changeQuery } from '../hooks/use-route.ts'
import { ErrorFix } from './error-fix.tsx'
import { StepAttempts } from './step-attempts.tsx'
import { StepInputs } from './step-inputs.tsx'
import { StepLink } from '../parts/step-link.tsx'
import { StepLog } from './step-log.tsx'
import { StepOutputs } from './step-outputs.tsx'

interface StepPanelProps {
  runId: string
  step: string
  picture: RunPicture
  length: number
}

/** All that is known of a step, beside what is shown of its run. */
export function StepPanel({ runId, step, picture, length }: StepPanelProps) {
  const line = picture.lines?.find(({ name }) => name === step)
  const going = picture.insight.status === 'running'
  const { data, error, refetch } = useQuery({
    // Read again when there is something new of it, and while it waits.
    queryKey: ['step', runId, step, line?.status, line?.attempts, line?.ended, (line === undefined && going) || line?.status === 'waiting' ? picture.insight.seq : 0],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/steps/{step}', { params: { run_id: runId, step }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
  const status = line?.status ?? data?.status
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const before = document.activeElement
    heading.current?.focus({ preventScroll: true })
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside className="step-panel" aria-label={`Step ${step}`}>
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {step}
        </h2>
        {status !== undefined && <Badge status={status} />}
        <span className="grow" />
        <button type="button" onClick={() => changeQuery({ step: '' })}>
          Close
        </button>
      </header>
      {error !== null && <Notice error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <StepDetails data={data} picture={picture} length={length} />}
    </aside>
  )
}

function StepDetails({ data, picture, length }: { data: StepAnswer; picture: RunPicture; length: number }) {
  const { insight } = picture
  const spans = data.spans.filter(([kind, from, to]) => kind !== 'ran' || to === null || to - from >= 1 || data.spans.length <= 12)
  return (
    <>
      <p className="dim small">
        {data.item_of === null ? `${/^(?:[aeiou]|http$)/.test(data.type) ? 'an' : 'a'} ${data.type} step` : 'an item of '}
        {data.item_of !== null && <StepLink step={data.item_of} />}
        {data.phase !== 'main' && `, ${data.phase}`}
        {data.items !== null && `, ${counted(data.items, 'item')}`}
        {data.cached && ', its result was taken from the cache'}
      </p>
      {data.error !== null && data.status !== 'completed' && data.status !== 'skipped' && (
        <div className="trouble">
          <h3>{data.error.code}</h3>
          <pre tabIndex={0}>{data.error.message}</pre>
          {/* What leads to the run of the step is there below. */}
          {data.error.code !== 'CHILD_RUN_FAILED' && <ErrorFix error={data.error} />}
          {data.blocks_count > 0 && (
            <p className="small">
              Because of it, {counted(data.blocks_count, 'step')} cannot begin: {listed(data.blocks, data.blocks_count)}.
            </p>
          )}
        </div>
      )}
      <h3>Why</h3>
      {whyWords(data, insight.abandoned).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Waits data={data} />
      {data.child_run !== null && (
        <p>
          It is a run of its own: <a href={runHref(data.child_run)}>{data.child_run}</a>
        </p>
      )}
      <StepAttempts data={data} createdAt={Date.parse(insight.created_at)} length={length} />
      {spans.length > data.attempts.length && (
        <ul className="spans small">
          {spans.map((span, i) => (
            <li key={i}>
              <span className="num dim">{duration(span[1])}</span>
              <span>
                {spanWords(span)} <span className="dim">({duration((span[2] ?? length) - span[1])})</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {data.attempts.length > 0 && <StepLog runId={insight.run_id} step={data.step} attempts={data.attempts.length} going={data.status === 'running'} />}
      <StepInputs data={data} />
      <StepOutputs data={data} />
    </>
  )
}

function Waits({ data: { waits_for: names, waits_for_count: count, waits_by: by } }: { data: StepAnswer }) {
  if (count === 0 || by === 'item') return null
  return (
    <details>
      <summary>
        Waits for {counted(count, 'step')} {by === 'names' ? 'that it names' : 'before it in the recipe'}
      </summary>
      <ul className="names">
        {names.map((name) => (
          <li key={name}>
            <StepLink step={name} />
          </li>
        ))}
      </ul>
      {count > names.length && <p className="dim small">and {counted(count - names.length, 'more step')}</p>}
    </details>
  )
}
