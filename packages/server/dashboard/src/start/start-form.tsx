import { useMemo, useState, type ReactNode } from 'react'
import { RequestProblem } from '../api/problem.ts'
import { enteredOf, fieldsOf, valuesOf, type Schema } from '../model/form-fields.ts'
import { runHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { go } from '../shell/use-route.ts'
import { SchemaFields } from './schema-fields.tsx'

interface StartFormProps {
  /** Of the parameters; null: there are none. */
  schema: Schema | null
  /** What the form begins with, instead of the defaults. */
  given?: Readonly<Record<string, unknown>> | undefined
  /** Further fields. */
  children?: ReactNode
  /** Starts the run; resolves with its id. */
  onStart: (params: Record<string, unknown>) => Promise<string>
}

/** Asks for the parameters of a run, made from their schema, and starts it. */
export function StartForm({ schema, given, children, onStart }: StartFormProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema])
  const [entered, setEntered] = useState(() => enteredOf(fields, given))
  const [tried, setTried] = useState(false)
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const { values, problems } = valuesOf(fields, entered)
  const start = async (): Promise<void> => {
    setTried(true)
    if (Object.keys(problems).length > 0) return
    setBusy(true)
    setError(undefined)
    try {
      go(runHref(await onStart(values)))
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  return (
    <form
      className="start-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      {fields.length === 0 && <p className="dim">It takes no parameters.</p>}
      <SchemaFields fields={fields} entered={entered} problems={{ ...refused(error), ...(tried && problems) }} onEnter={(name, value) => setEntered({ ...entered, [name]: value })} />
      {children}
      {error !== undefined && <Notice error={error} />}
      <div className="tools">
        <button type="submit" className="main" disabled={busy}>
          {busy ? 'Starting…' : 'Start'}
        </button>
      </div>
    </form>
  )
}

/** What the service found wrong with parameters, by name. */
function refused(error: unknown): Record<string, string> {
  if (!(error instanceof RequestProblem)) return {}
  return Object.fromEntries(
    error.fields.flatMap(({ path, message }) => {
      const name = /^\/body\/(?:params|inputs|parameters)\/([^/]+)/.exec(path)?.[1]
      return name === undefined ? [] : [[name.replaceAll('~1', '/').replaceAll('~0', '~'), message]]
    }),
  )
}
