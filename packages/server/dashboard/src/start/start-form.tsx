import { ServiceProblem } from '@lorc/server/client'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Field } from '../model/form-fields.ts'
import { enteredOf, fieldAt, valuesOf } from '../model/form-values.ts'
import { newKey } from '../model/idempotency-key.ts'
import { runHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { go } from '../hooks/use-route.ts'
import { SchemaFields } from './schema-fields.tsx'

/** What makes a run, as the route that starts it takes it. */
export interface StartRequest {
  body: Record<string, unknown>
  /** The same attempt to start a run starts one run, however often it is sent. */
  headers: { 'idempotency-key': string }
}

interface StartFormProps {
  /** Fields by their places in the request's body. */
  fields: readonly Field[]
  /** Further ones, folded away, under these words. */
  more?: { title: string; fields: readonly Field[] }
  /** A body that the form begins with, instead of the defaults. */
  given?: unknown
  /** Where the form has what the service calls by this place. */
  placeOf?: (place: string) => string
  /** Starts the run; resolves with its id. */
  onStart: (request: StartRequest) => Promise<string>
}

/** Asks for what a run is made of, and starts it. What the service finds wrong is said at the field. */
export function StartForm({ fields, more, given, placeOf = (place) => place, onStart }: StartFormProps) {
  const all = useMemo(() => [...fields, ...(more?.fields ?? [])], [fields, more])
  const [changed, setChanged] = useState<Readonly<Record<string, string | boolean>>>({})
  const first = useMemo(() => enteredOf(all, given), [all, given])
  const entered = { ...first, ...changed }
  const [key, setKey] = useState(newKey)
  const [tried, setTried] = useState(0)
  const [error, setError] = useState<unknown>()
  /** Places that were entered since the service found something wrong. */
  const [mended, setMended] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const [isOpen, setIsOpen] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { body, problems } = valuesOf(all, entered)
  const refused = refusals(error, all, placeOf)
  const left = Object.entries(refused.fields).filter(([at]) => !mended.includes(at))
  const shown = { ...Object.fromEntries(left), ...(tried > 0 && problems) }
  useEffect(() => {
    if (tried > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [tried])

  const enter = (at: string, value: string | boolean): void => {
    setChanged((before) => ({ ...before, [at]: value }))
    setMended((before) => [...before, at])
    setKey(newKey())
  }
  const start = async (): Promise<void> => {
    setError(undefined)
    setMended([])
    if (Object.keys(problems).length > 0) {
      setTried(tried + 1)
      return
    }
    setBusy(true)
    try {
      go(runHref(await onStart({ body, headers: { 'idempotency-key': key } })))
    } catch (problem) {
      setError(problem)
      setTried(tried + 1)
      setBusy(false)
    }
  }
  const props = { entered, problems: shown, onEnter: enter }
  const isMoreWrong = more?.fields.some(({ at }) => Object.keys(shown).some((place) => place === at || place.startsWith(`${at}/`))) ?? false
  return (
    <form
      ref={form}
      className="start-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      {fields.length === 0 && <p className="dim">It takes no parameters.</p>}
      <SchemaFields fields={fields} {...props} />
      {more !== undefined && (
        <details open={isOpen || isMoreWrong} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
          <summary>{more.title}</summary>
          <SchemaFields fields={more.fields} {...props} />
        </details>
      )}
      {error !== undefined && <Notice error={error} told={refused.paths} />}
      <div className="tools">
        <button type="submit" className="main" disabled={busy}>
          {busy ? 'Starting…' : 'Start'}
        </button>
      </div>
    </form>
  )
}

interface Refusals {
  /** What the service found wrong, by the place of the field. */
  fields: Readonly<Record<string, string>>
  /** What it calls the places that have a field. */
  paths: readonly string[]
}

function refusals(error: unknown, fields: readonly Field[], placeOf: (place: string) => string): Refusals {
  if (!(error instanceof ServiceProblem)) return { fields: {}, paths: [] }
  const found: Record<string, string> = {}
  const paths: string[] = []
  for (const { path, message } of error.errors) {
    const field = fieldAt(fields, placeOf(path.replace(/^\/body/, '')))
    if (field === undefined) continue
    found[field.at] ??= message
    paths.push(path)
  }
  return { fields: found, paths }
}
