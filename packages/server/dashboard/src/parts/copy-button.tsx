import { useState } from 'react'

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      setTimeout(() => setCopied(false), 1500)
    } catch {
      setCopied(false)
    }
  }
  return (
    <button type="button" className="plain" onClick={() => void copy()}>
      <span aria-live="polite">{copied ? 'copied' : 'copy'}</span>
      <span className="unseen"> {what}</span>
    </button>
  )
}
