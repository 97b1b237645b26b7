import { RequestProblem } from '../api/problem.ts'

/** What went wrong with a request, with its fix, and a way to ask again. */
export function Notice({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const problem = error instanceof RequestProblem ? error : undefined
  const text = error instanceof Error ? error.message : String(error)
  return (
    <div className="trouble" role="alert">
      <p>
        {problem !== undefined && problem.status > 0 && <b>{problem.code}: </b>}
        {text}
      </p>
      {problem?.fix !== undefined && (
        <p>
          <b>fix:</b> {problem.fix}
        </p>
      )}
      {problem !== undefined && problem.fields.length > 0 && (
        <ul>
          {problem.fields.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <div className="tools">
          <button type="button" onClick={onRetry}>
            Ask again
          </button>
        </div>
      )}
    </div>
  )
}
