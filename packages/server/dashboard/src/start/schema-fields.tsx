import { useId } from 'react'
import type { Field } from '../model/form-fields.ts'
import type { Entered } from '../model/form-values.ts'
import { Words } from '../parts/words.tsx'
import { FieldControl } from './field-control.tsx'

interface SchemaFieldsProps {
  fields: readonly Field[]
  entered: Entered
  /** What is wrong with a field, by its place. */
  problems: Readonly<Record<string, string>>
  onEnter: (at: string, value: string | boolean) => void
}

/** Fields made from a schema; those of an object in it are framed together. */
export function SchemaFields(props: SchemaFieldsProps) {
  return props.fields.map((field) =>
    field.kind === 'group' ? (
      <fieldset key={field.at}>
        <legend>
          <Title field={field} />
        </legend>
        <Note field={field} problem={props.problems[field.at]} />
        <SchemaFields {...props} fields={field.fields} />
      </fieldset>
    ) : (
      <OneField key={field.at} field={field} value={props.entered[field.at] ?? ''} problem={props.problems[field.at]} onEnter={(value) => props.onEnter(field.at, value)} />
    ),
  )
}

interface OneFieldProps {
  field: Field
  value: string | boolean
  problem: string | undefined
  onEnter: (value: string | boolean) => void
}

function OneField({ field, value, problem, onEnter }: OneFieldProps) {
  const id = useId()
  const described = { 'aria-describedby': `${id}-note`, 'aria-invalid': problem !== undefined }
  const note = <Note id={`${id}-note`} field={field} problem={problem} />
  if (field.kind === 'flag') {
    return (
      <div className="field">
        <label className="check">
          <input type="checkbox" checked={value === true} {...described} onChange={(event) => onEnter(event.target.checked)} />
          <Title field={field} />
        </label>
        {note}
      </div>
    )
  }
  const control = <FieldControl id={id} field={field} value={String(value)} described={described} onEnter={onEnter} />
  if (field.kind === 'choices') {
    return (
      <div className="field" role="group" aria-labelledby={`${id}-title`} aria-describedby={`${id}-note`}>
        <span id={`${id}-title`}>
          <Title field={field} />
        </span>
        {control}
        {note}
      </div>
    )
  }
  return (
    <div className="field">
      <label htmlFor={id}>
        <Title field={field} />
      </label>
      {control}
      {note}
    </div>
  )
}

function Title({ field: { at, title, name, required } }: { field: Field }) {
  return (
    <>
      <b>{title}</b>
      {title !== name && at.startsWith('/params/') && <code className="dim"> {name}</code>}
      {required && <span className="dim small"> (needed)</span>}
    </>
  )
}

function Note({ id, field: { description, limits, fallback, kind }, problem }: { id?: string; field: Field; problem: string | undefined }) {
  const without = fallback === undefined || fallback === null || kind === 'flag' || kind === 'group' ? [] : [`left empty: ${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}`]
  const words = [description, ...limits, ...without].filter((text) => text !== '').join(' · ')
  if (problem === undefined && words === '') return <span id={id} hidden />
  return (
    <span id={id} className="note small">
      {problem !== undefined && (
        <b className="failed">
          <Words text={problem} />
        </b>
      )}
      <span className="dim">
        <Words text={words} />
      </span>
    </span>
  )
}
