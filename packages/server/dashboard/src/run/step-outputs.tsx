import type { StepAnswer } from '../api/answers.ts'
import { bytes } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import { ContextValue } from '../context/context-value.tsx'

/** What a step made: values in the context, and files. */
export function StepOutputs({ data: { run_id: runId, step, writes, artifacts, outputs, status } }: { data: StepAnswer }) {
  if (writes.length === 0 && artifacts.length === 0) {
    if (status !== 'completed') return null
    return (
      <>
        <h3>Outputs</h3>
        <p className="dim small">{outputs.length === 0 ? 'It left none.' : outputs.join(', ')}</p>
      </>
    )
  }
  return (
    <>
      <h3>Outputs</h3>
      {writes.map(({ key, seq }) => (
        <details key={`${key} ${seq}`} open={writes.length === 1}>
          <summary>
            <code>{key}</code>
          </summary>
          <ContextValue runId={runId} name={key} seq={seq} />
        </details>
      ))}
      {artifacts.length > 0 && (
        <ul className="names">
          {artifacts.map(({ path, bytes: size }) => (
            <li key={path}>
              <a href={runHref(runId, 'artifacts', { file: path, by: step })}>
                <code>{path}</code>
              </a>{' '}
              <span className="dim small">{bytes(size)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
