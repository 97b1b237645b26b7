import { useState } from 'react'
import { useRowKeys } from '../hooks/use-row-keys.ts'

export interface Choice {
  name: string
  /** What it is a part of. */
  about?: string
  /** In a line below. */
  note: string
  href: string
  /** It cannot be started. */
  broken: boolean
}

/** What can be started, to choose one from; `chosen` is its address. */
export function ChoiceList({ choices, chosen, what }: { choices: readonly Choice[]; chosen: string | null; what: string }) {
  const [text, setText] = useState('')
  const words = text.toLowerCase().split(/\s+/)
  const found = choices.filter(({ name, note, about = '' }) => words.every((word) => `${name} ${about} ${note}`.toLowerCase().includes(word)))
  const keys = useRowKeys(found.length, () => {})
  return (
    <div className="choice-list">
      {choices.length > 6 && <input type="search" value={text} aria-label={`Find ${what}`} placeholder={`Find ${what}   /`} onChange={(event) => setText(event.target.value)} />}
      <ul aria-label={what} onKeyDown={keys}>
        {found.map(({ name, about, note, href, broken }, index) => (
          <li key={href} data-index={index}>
            <a href={href} data-row="" className="choice" {...(href === chosen && { 'aria-current': 'true' as const })}>
              <b className="one">{name}</b>
              {about !== undefined && <code className="dim one">{about}</code>}
              <span className={`small one ${broken ? 'failed' : 'dim'}`}>{note}</span>
            </a>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="none">Nothing fits.</p>}
    </div>
  )
}
