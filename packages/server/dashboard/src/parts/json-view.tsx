import { useState } from 'react'
import { isTable, rowsOf } from '../model/table.ts'
import { CopyButton } from './copy-button.tsx'
import { TableView } from './table-view.tsx'

const MOST_LINES = 400

/** A JSON value to read: a list of like objects as a table, if one wants, anything else as text. */
export function JsonView({ value }: { value: unknown }) {
  const [asTable, setAsTable] = useState(true)
  const [all, setAll] = useState(false)
  const text = JSON.stringify(value, null, 2)
  const lines = text.split('\n')
  const table = isTable(value)
  return (
    <div className="json">
      <div className="corner-tools">
        {table && (
          <button type="button" className="plain" onClick={() => setAsTable(!asTable)}>
            {asTable ? 'as JSON' : 'as a table'}
          </button>
        )}
        <CopyButton text={text} what="the value" />
      </div>
      {table && asTable ? <TableView {...rowsOf(value)} /> : <pre tabIndex={0}>{all ? text : lines.slice(0, MOST_LINES).join('\n')}</pre>}
      {!(table && asTable) && !all && lines.length > MOST_LINES && (
        <button type="button" className="plain" onClick={() => setAll(true)}>
          Show all {lines.length} lines
        </button>
      )}
    </div>
  )
}
