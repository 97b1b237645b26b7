import { useState } from 'react'
import type { StepDifference } from '../model/compare-runs.ts'
import { counted, duration } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import { StatusText } from '../parts/status.tsx'
import { useWindowRows } from '../hooks/use-window-rows.ts'
import { useWide } from '../hooks/use-wide.ts'

interface StepsComparedProps {
  steps: readonly StepDifference[]
  /** Runs' ids. */
  a: string
  b: string
}

/** What became of each step, and how long it took, in both runs. */
export function StepsCompared({ steps, a, b }: StepsComparedProps) {
  const others = steps.filter(({ otherOutcome }) => otherOutcome)
  const [shown, setShown] = useState<'all' | 'outcome' | 'time'>(others.length > 0 ? 'outcome' : 'time')
  const found = shown === 'outcome' ? others : shown === 'all' ? steps : [...steps].filter((step) => changeOf(step) !== 0).sort((x, y) => changeOf(y) - changeOf(x))
  const { ref, rows, offset } = useWindowRows(found.length, useWide() ? 34 : 56)
  return (
    <section aria-label="Steps">
      <h2>Steps</h2>
      <div className="tools" role="group" aria-label="Which steps">
        {(
          [
            ['outcome', `came to something else (${others.length})`],
            ['time', 'by how their time changed'],
            ['all', `all ${counted(steps.length, 'step')}`],
          ] as const
        ).map(([name, label]) => (
          <button key={name} type="button" aria-pressed={shown === name} onClick={() => setShown(name)}>
            {label}
          </button>
        ))}
      </div>
      {found.length === 0 ? (
        <p className="none">{shown === 'time' ? 'No step ran in both of them for another time.' : 'Every step came to the same.'}</p>
      ) : (
        <div className="list compared" role="table" aria-label="Steps of both runs" aria-rowcount={found.length + 1}>
          <div className="row top" role="row" aria-rowindex={1}>
            <span role="columnheader">step</span>
            <span role="columnheader">A</span>
            <span role="columnheader">B</span>
            <span role="columnheader" className="num">
              change
            </span>
          </div>
          <div ref={ref} className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start, size }) => {
              const step = found[index]!
              return (
                <div key={step.name} className="row" role="row" aria-rowindex={index + 2} style={{ height: size, transform: `translateY(${start - offset}px)` }}>
                  <span role="cell" className="one">
                    {step.name}
                  </span>
                  <Outcome line={step.a} took={step.tookA} href={runHref(a, 'graph', { step: step.name })} />
                  <Outcome line={step.b} took={step.tookB} href={runHref(b, 'graph', { step: step.name })} />
                  <span role="cell" className="num small">
                    <Change step={step} />
                  </span>
                </div>
              )
            })}
          </div>
        </div>
      )}
    </section>
  )
}

function Outcome({ line, took, href }: { line: StepDifference['a']; took: number | null; href: string }) {
  return (
    <span role="cell" className="one small">
      {line === undefined ? (
        <span className="dim">no such step</span>
      ) : (
        <a href={href} className="outcome">
          <StatusText status={line.status} /> {took !== null && <span className="dim">{duration(took)}</span>}
        </a>
      )}
    </span>
  )
}

function Change({ step }: { step: StepDifference }) {
  const { tookA, tookB } = step
  if (tookA === null || tookB === null || tookA === tookB) return null
  const change = tookB - tookA
  const ratio = tookA > 0 ? tookB / tookA : Infinity
  const factor = ratio >= 1.1 && Number.isFinite(ratio) ? `, ${ratio.toFixed(1)}×` : ''
  return (
    <span className={change > 0 ? 'failed' : 'completed'}>
      {change > 0 ? '+' : '−'}
      {duration(Math.abs(change))}
      {factor}
    </span>
  )
}

function changeOf({ tookA, tookB }: StepDifference): number {
  return tookA === null || tookB === null ? 0 : Math.abs(tookB - tookA)
}
