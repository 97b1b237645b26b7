import { useState } from 'react'
import type { Field } from '../model/form-fields.ts'

interface FieldControlProps {
  id: string
  field: Field
  value: string
  described: { 'aria-describedby': string; 'aria-invalid': boolean }
  onEnter: (value: string) => void
}

/** What the browser knows of texts of a format. */
const INPUTS: Readonly<Record<string, string>> = { date: 'date', email: 'email', uri: 'url', url: 'url', password: 'password' }

/** What a value is entered with. */
export function FieldControl({ id, field, value, described, onEnter }: FieldControlProps) {
  const { kind, choices, required, nullable, min, max, format = '', example } = field
  const common = { id, value, ...described, 'aria-required': required, onChange: (event: { target: { value: string } }) => onEnter(event.target.value) }
  const open = { ...common, ...(example !== '' && { placeholder: example }) }
  // An input of one line drops the ends of the others.
  const [hasLines] = useState(() => kind === 'text' && value.includes('\n'))
  switch (hasLines ? 'long' : kind) {
    case 'choice':
      return (
        <select {...common}>
          {(!required || nullable) && <option value="">(none)</option>}
          {required && !nullable && value === '' && <option value="">choose…</option>}
          {choices.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {wordOf(choice)}
            </option>
          ))}
        </select>
      )
    case 'choices':
      return <Choices choices={choices} value={value} onEnter={onEnter} />
    case 'number':
    case 'integer':
      return <input type="number" step={kind === 'integer' ? 1 : 'any'} min={min} max={max} {...open} />
    case 'lines':
      return <textarea rows={3} spellCheck={false} {...open} />
    case 'any':
      return <textarea rows={2} spellCheck={false} {...open} />
    case 'json':
    case 'long':
      return <textarea rows={4} spellCheck={kind !== 'json'} className={kind === 'json' ? '' : 'prose'} {...open} />
    case 'text':
    case 'flag':
    case 'group':
      return <input type={INPUTS[format] ?? 'text'} autoComplete="off" spellCheck={false} {...open} />
  }
}

/** Boxes to tick; what is ticked is kept as a list in JSON, in the order of the boxes. */
function Choices({ choices, value, onEnter }: { choices: readonly unknown[]; value: string; onEnter: (value: string) => void }) {
  const chosen = new Set(value === '' ? [] : (JSON.parse(value) as unknown[]).map((one) => JSON.stringify(one)))
  const choose = (name: string, is: boolean): void => {
    const kept = choices.filter((one) => (JSON.stringify(one) === name ? is : chosen.has(JSON.stringify(one))))
    onEnter(kept.length === 0 ? '' : JSON.stringify(kept))
  }
  return (
    <div className="boxes">
      {choices.map((choice) => {
        const name = JSON.stringify(choice)
        return (
          <label key={name} className="check">
            <input type="checkbox" checked={chosen.has(name)} onChange={(event) => choose(name, event.target.checked)} />
            {wordOf(choice)}
          </label>
        )
      })}
    </div>
  )
}

function wordOf(choice: unknown): string {
  if (choice === true) return 'yes'
  if (choice === false) return 'no'
  return typeof choice === 'string' ? choice : JSON.stringify(choice)
}
