import { useState, type ReactNode } from 'react'
import { session } from '../api/session.ts'
import { Dialog } from './dialog.tsx'
import { Notice } from './notice.tsx'

const WHO = 'lorc-who'

export interface Reason {
  reason: string
  by?: string
}

interface ReasonDialogProps {
  title: string
  text: string
  button: string
  /** It ends something. */
  danger?: boolean
  onSubmit: (reason: Reason) => Promise<void>
  onClose: () => void
  /** What else is asked. */
  children?: ReactNode
}

/** Asks why; and where no key says who, for a name, which this browser remembers. */
export function ReasonDialog({ title, text, button, danger = false, onSubmit, onClose, children }: ReasonDialogProps) {
  const [reason, setReason] = useState('')
  const [by, setBy] = useState(() => localStorage.getItem(WHO) ?? '')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const named = session.key() !== null
  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    if (!named) localStorage.setItem(WHO, by.trim())
    try {
      await onSubmit({ reason: reason.trim(), ...(!named && by.trim() !== '' && { by: by.trim() }) })
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p>{text}</p>
        {children}
        <label className="field">
          <span>Why</span>
          <input type="text" value={reason} required data-first="" maxLength={2000} onChange={(event) => setReason(event.target.value)} />
        </label>
        {!named && (
          <label className="field">
            <span>Your name</span>
            <input type="text" value={by} autoComplete="name" maxLength={200} onChange={(event) => setBy(event.target.value)} />
          </label>
        )}
        <p className="dim small">{named ? 'It is recorded, with the name of your key.' : 'Both are recorded.'}</p>
        {error !== undefined && <Notice error={error} />}
        <footer>
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className={danger ? 'main danger' : 'main'} disabled={busy || reason.trim() === ''}>
            {button}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
