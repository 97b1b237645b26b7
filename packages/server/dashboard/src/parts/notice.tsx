import { ServiceProblem } from '@lorc/server/client'
import { routeHref } from '../model/route.ts'
import { Words } from './words.tsx'

interface NoticeProps {
  error: unknown
  onRetry?: (() => void) | undefined
  /** Fields of the request whose faults are told where they are entered. */
  told?: readonly string[]
}

/** What went wrong with a request, with its fix, and a way to ask again. */
export function Notice({ error, onRetry, told = [] }: NoticeProps) {
  const problem = error instanceof ServiceProblem ? error : undefined
  const text = error instanceof Error ? error.message : String(error)
  const left = problem?.errors.filter(({ path }) => !told.includes(path)) ?? []
  // Of a single one, the sentence above says it all.
  const fields = left.length === 1 && text === `${left[0]!.path}: ${left[0]!.message}` ? [] : left
  return (
    <div className="trouble" role="alert">
      <p>
        {problem !== undefined && problem.status > 0 && <b>{problem.code}: </b>}
        <Words text={text} />
      </p>
      {problem?.fix !== undefined && told.length === 0 && (
        <p>
          <b>fix:</b> {problem.code === 'RUN_UNKNOWN' ? <RunsThere /> : <Words text={problem.fix} />}
        </p>
      )}
      {fields.length > 0 && (
        <ul>
          {fields.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path}</code>: <Words text={message} />
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

/** What the service proposes is a request; here is a page. */
function RunsThere() {
  return (
    <>
      It may have been removed: see <a href={routeHref(['runs'])}>the runs that there are</a>.
    </>
  )
}
