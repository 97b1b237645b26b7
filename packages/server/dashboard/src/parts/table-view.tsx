import { useState } from 'react'
import { number } from '../model/quantity.ts'
import type { Table } from '../model/table.ts'

const FIRST = 100
const MORE = 1000
const NUMBER = /^-?[\d,.]*\d%?$/

/** A table to read: its first rows, and more when they are asked for. */
export function TableView({ headings, rows }: Table) {
  const [shown, setShown] = useState(FIRST)
  const numeric = headings.map((_, i) => rows.slice(0, FIRST).every((row) => (row[i] ?? '') === '' || NUMBER.test(row[i]!)))
  return (
    <>
      <div className="wide" tabIndex={0} role="group" aria-label="Table">
        <table>
          <thead>
            <tr>
              {headings.map((heading, i) => (
                <th key={i} scope="col" className={numeric[i] ? 'num' : ''}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, i) => (
              <tr key={i}>
                {headings.map((_, j) => (
                  <td key={j} className={numeric[j] ? 'num' : ''}>
                    {row[j] ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && (
        <button type="button" className="plain" onClick={() => setShown(shown + MORE)}>
          Show more of {number(rows.length)} rows
        </button>
      )}
    </>
  )
}
