import { useId } from 'react'
import type { Entered, Field } from '../model/form-fields.ts'

interface SchemaFieldsProps {
  fields: readonly Field[]
  entered: Entered
  /** What is wrong with a field, by its name. */
  problems: Readonly<Record<string, string>>
  onEnter: (name: string, value: string | boolean) => void
}

/** Fields made from a schema. */
export function SchemaFields({ fields, entered, problems, onEnter }: SchemaFieldsProps) {
  return fields.map((field) => (
    <OneField key={field.name} field={field} value={entered[field.name] ?? ''} problem={problems[field.name]} onEnter={(value) => onEnter(field.name, value)} />
  ))
}

interface OneFieldProps {
  field: Field
  value: string | boolean
  problem: string | undefined
  onEnter: (value: string | boolean) => void
}

function OneField({ field, value, problem, onEnter }: OneFieldProps) {
  const id = useId()
  const { name, title, description, required, kind } = field
  const described = { 'aria-describedby': `${id}-note`, 'aria-invalid': problem !== undefined }
  const note = (
    <span id={`${id}-note`} className="small">
      {problem !== undefined && <b className="failed">{problem} </b>}
      <span className="dim">{[description, ...limitsOf(field)].filter((text) => text !== '').join(' · ')}</span>
    </span>
  )
  if (kind === 'flag') {
    return (
      <div className="field">
        <label className="check">
          <input type="checkbox" checked={value === true} {...described} onChange={(event) => onEnter(event.target.checked)} />
          <b>{title}</b>
        </label>
        {note}
      </div>
    )
  }
  return (
    <div className="field">
      <label htmlFor={id}>
        <b>{title}</b>
        {title !== name && <code className="dim"> {name}</code>}
        {required && <span className="dim small"> (needed)</span>}
      </label>
      <Control id={id} field={field} value={String(value)} described={described} onEnter={onEnter} />
      {note}
    </div>
  )
}

interface ControlProps {
  id: string
  field: Field
  value: string
  described: { 'aria-describedby': string; 'aria-invalid': boolean }
  onEnter: (value: string) => void
}

function Control({ id, field: { kind, choices, required, min, max }, value, described, onEnter }: ControlProps) {
  const common = { id, value, ...described, onChange: (event: { target: { value: string } }) => onEnter(event.target.value) }
  switch (kind) {
    case 'choice':
      return (
        <select {...common}>
          {!required && <option value="">(none)</option>}
          {required && value === '' && <option value="">choose…</option>}
          {choices.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {typeof choice === 'string' ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      )
    case 'number':
    case 'integer':
      return <input type="number" step={kind === 'integer' ? 1 : 'any'} min={min} max={max} {...common} />
    case 'lines':
      return <textarea rows={3} spellCheck={false} {...common} />
    case 'json':
    case 'long':
      return <textarea rows={4} spellCheck={kind === 'long'} {...common} />
    case 'text':
    case 'flag':
      return <input type="text" {...common} />
  }
}

function limitsOf({ kind, min, max, pattern }: Field): string[] {
  const limits: string[] = []
  if (min !== undefined && max !== undefined) limits.push(`${min} to ${max}`)
  else if (min !== undefined) limits.push(`at least ${min}`)
  else if (max !== undefined) limits.push(`at most ${max}`)
  if (pattern !== undefined) limits.push(`fits ${pattern}`)
  if (kind === 'lines') limits.push('one a line')
  if (kind === 'json') limits.push('JSON')
  return limits
}
