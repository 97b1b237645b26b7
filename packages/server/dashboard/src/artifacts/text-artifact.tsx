import { useMemo, useState } from 'react'
import type { ArtifactKind } from '../model/artifact-kind.ts'
import { parseExactly } from '../model/exact-json.ts'
import { parseSeparated, separatorOf } from '../model/table.ts'
import { JsonView } from '../parts/json-view.tsx'
import { TableView } from '../parts/table-view.tsx'
import { useBlobText } from './use-blob-text.ts'

const MOST_SIGNS = 200_000

/** Text, JSON, lines of JSON or a table; what is not what it is named after is shown as text, as is what would change by being read. */
export function TextArtifact({ blob, kind }: { blob: Blob; kind: ArtifactKind }) {
  const text = useBlobText(blob)
  const parsed = useMemo(() => (text === undefined ? undefined : parse(text, kind)), [text, kind])
  if (text === undefined) return <p className="none">Reading…</p>
  if (parsed !== undefined) return <JsonView value={parsed.value} />
  if (kind === 'table') return <TableView {...parseSeparated(text, separatorOf(text))} />
  return <PlainText text={text} />
}

function parse(text: string, kind: ArtifactKind): { value: unknown } | undefined {
  try {
    if (kind === 'json') return { value: parseExactly(text) }
    if (kind === 'lines') return { value: text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parseExactly(line)])) }
  } catch {
    return undefined
  }
  return undefined
}

function PlainText({ text }: { text: string }) {
  const [all, setAll] = useState(false)
  return (
    <>
      <pre className="whole" tabIndex={0}>
        {all ? text : text.slice(0, MOST_SIGNS)}
      </pre>
      {!all && text.length > MOST_SIGNS && (
        <button type="button" className="plain" onClick={() => setAll(true)}>
          Show all of it
        </button>
      )}
    </>
  )
}
