import { Fragment } from 'react'
import { cutAtWords } from '../model/log-lines.ts'

/** A text with the words that were looked for marked. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return cutAtWords(text, words).map((part, i) => (i % 2 === 1 ? <mark key={i}>{part}</mark> : <Fragment key={i}>{part}</Fragment>))
}
